"""What may be entered, by whom, until when."""
