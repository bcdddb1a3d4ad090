"""One's own account, and in development the mails this server wrote."""

from flask import Blueprint

BLUEPRINTS: tuple[Blueprint, ...] = ()
