"""The suite mirrors the rooms; `journeys` crosses them and `house` watches the walls."""
