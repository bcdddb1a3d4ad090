"""Bytes in, pictures out."""
