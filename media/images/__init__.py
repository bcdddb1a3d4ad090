"""Pixels: the gate that judges a file, the renditions made from it, and the wall round both."""
