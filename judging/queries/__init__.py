"""Reading the judging room, one module for each reader."""
