"""The pictures of the demo forum's projects: their screens, maps and boards."""
