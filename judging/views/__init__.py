"""The pages of judging: for judges, for organisers, and the public's results."""

from flask import Blueprint

from judging.views import judge

BLUEPRINTS: tuple[Blueprint, ...] = (judge.blueprint,)
