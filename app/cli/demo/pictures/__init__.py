"""The pictures of the demo forum."""
