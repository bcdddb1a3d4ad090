"""Assets over HTTP: pictures, files as they came, and uploads in parts."""

from flask import Blueprint

from media.views import files, pictures, uploads  # noqa: F401 - each adds its views
from media.views.room import blueprint

BLUEPRINTS: tuple[Blueprint, ...] = (blueprint,)
