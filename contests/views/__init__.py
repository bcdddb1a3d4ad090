"""The pages of contests: for the public, for entrants, for organisers."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
