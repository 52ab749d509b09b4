"""PocketBase's page to which sign-ins elsewhere return; AppOS offers none, so nobody waits for one."""

from flask import Blueprint, Response, request

from appos.web.describe import describe

bp = Blueprint("oauth2", __name__, url_prefix="/api/oauth2-redirect")

# Source: PocketBase 0.36, seen on the wire.
FAILURE = "../_/#/auth/oauth2-redirect-failure"


@bp.route("", methods=["GET", "POST"])
@describe(answers={303: None, 307: None})
def redirect() -> Response:
    """Lead to the page that says that the sign-in failed."""
    response = Response(status=307 if request.method == "GET" else 303, headers={"Location": FAILURE})
    del response.headers["Content-Type"]
    return response
