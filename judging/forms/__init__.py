"""The forms of the judging room, one module for each kind of person who fills them in."""
