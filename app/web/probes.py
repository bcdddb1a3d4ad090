"""Two addresses for machines: whether this server is well, and what a robot may look at."""

from flask import Blueprint, Flask, Response, jsonify
from sqlalchemy import text

from app.authz import Permission, permission
from app.transaction import current_session

blueprint = Blueprint("probes", __name__)

ROBOTS = """\
User-agent: *
Disallow: /account
Disallow: /entries
Disallow: /invitations
Disallow: /join
Disallow: /judge
Disallow: /login
Disallow: /manage
Disallow: /media
Disallow: /my
Disallow: /teams
"""


def init_app(app: Flask) -> None:
    """Answer machines."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@permission(Permission.READ_PUBLIC)
def health() -> Response:
    """Answer 200 once the database does; a database that is down becomes a 503."""
    current_session().execute(text("SELECT 1"))
    return jsonify(status="ok")


@blueprint.get("/robots.txt")
@permission(Permission.READ_PUBLIC)
def robots() -> Response:
    """Keep robots to the public pages."""
    return Response(ROBOTS, mimetype="text/plain")
