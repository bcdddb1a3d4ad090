"""What can be done in the judging room, one module for each part of it."""
