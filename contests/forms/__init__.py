"""The forms of entrants and organisers."""
