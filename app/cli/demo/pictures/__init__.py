"""The pictures of the demo forum: photographs of a photo contest, and pictures of projects.

All are drawn when asked for, from fixed seeds: no file is shipped, and a drawing is the same every
time. One takes about a second.
"""

from app.cli.demo.pictures.catalogue import PICTURES
from app.cli.demo.pictures.model import DemoPicture, ProjectPicture
from app.cli.demo.pictures.screens.catalogue import PROJECT_PICTURES

__all__ = ["DemoPicture", "ProjectPicture", "pictures", "project_pictures"]


def pictures() -> tuple[DemoPicture, ...]:
    """List the photographs, in no order of merit; nothing is drawn yet."""
    return PICTURES


def project_pictures() -> tuple[ProjectPicture, ...]:
    """List the pictures of projects; nothing is drawn yet."""
    return PROJECT_PICTURES
