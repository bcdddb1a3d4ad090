"""The command line: serve, work, migrate and look after a forum."""
