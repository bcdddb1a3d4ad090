"""The subjects of the demo forum's photographs."""
