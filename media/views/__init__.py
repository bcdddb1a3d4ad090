"""Assets over HTTP: pictures, files as they came, and uploads in parts."""

from flask import Blueprint

import media.views.files
import media.views.pictures
import media.views.uploads  # noqa: F401 - each adds its views
from media.views.room import blueprint

BLUEPRINTS: tuple[Blueprint, ...] = (blueprint,)
