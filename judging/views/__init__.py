"""The pages of judging: for judges, for organisers, and the public's results."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
