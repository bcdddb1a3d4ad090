"""The pages of contests: for the public, for entrants, for organisers."""

from flask import Blueprint

from contests.views import (
    entrant,
    organiser,
    public,
    screening,  # noqa: F401 - it adds its views to the organiser's blueprint
    teams,
    uploads,
    words,
)

BLUEPRINTS: tuple[Blueprint, ...] = (
    public.blueprint,
    entrant.blueprint,
    uploads.blueprint,
    teams.blueprint,
    organiser.blueprint,
    words.blueprint,
)
