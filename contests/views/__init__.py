"""The pages of contests: for the public, for entrants, for organisers."""

from flask import Blueprint

from contests.views import organiser, public, words

BLUEPRINTS: tuple[Blueprint, ...] = (public.blueprint, organiser.blueprint, words.blueprint)
