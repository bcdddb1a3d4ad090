"""Who people are: registration, sign-in, roles."""
