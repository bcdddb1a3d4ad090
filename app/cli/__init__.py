"""The command line: serve, work, migrate and look after a forum."""

from flask import Flask

from app.cli import commands, demo


def init_app(app: Flask) -> None:
    """Give the application its commands; `podium --help` lists them."""
    for command in (*commands.COMMANDS, demo.demo_command):
        app.cli.add_command(command)
