"""Uploads, an asset's state, and pictures."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
