"""What can be done with contests, teams and entries: one function for each act."""
