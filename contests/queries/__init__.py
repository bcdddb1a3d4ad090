"""Reading contests, entries and galleries."""
