"""The dashboard's files, where no nginx stands before AppOS: every other path is a page of it."""

from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request
from werkzeug.routing import PathConverter
from werkzeug.security import safe_join

# Its scripts and styles are files of this origin; nothing stands in the page itself. nginx.conf has the same.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The names of these files tell what they hold.
ASSETS = "assets/"
FOR_EVER = "public, max-age=31536000, immutable"
INDEX = "index.html"
# What `npm run build` makes of the sources beside this package; in the image nginx has the files.
BUILT = Path(__file__).resolve().parents[2] / "static" / "dist"
KEY = "appos.dashboard"
# What a build consists of; the tables of types that a machine has differ.
KINDS = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}

bp = Blueprint("dashboard", __name__)


class PagePath(PathConverter):
    """A path that is not AppOS's own: nginx.conf hands the same ones to AppOS."""

    regex = r"(?!(?:api|_|terminal|pb)(?:/|$))[^/].*?"


def register(app: Flask, folder: Path) -> None:
    """Serve the dashboard from a folder; without one that was built, nothing changes."""
    if not (folder / INDEX).is_file():
        return
    app.extensions[KEY] = folder
    app.url_map.converters["dashboard"] = PagePath
    app.register_blueprint(bp)


def is_built() -> bool:
    """Whether this app serves a dashboard."""
    return KEY in current_app.extensions


@bp.get("/<dashboard:path>")
def show(path: str = INDEX) -> Response:
    """Send a file of the dashboard, or its page, which finds out itself what a path is.

    Raises:
        NotFound: an asset of another version.
    """
    folder: Path = current_app.extensions[KEY]
    asked = safe_join(str(folder), path)
    is_file = asked is not None and Path(asked).is_file()
    if not is_file and path.startswith(ASSETS):
        return _answer(Response(status=404, mimetype="text/plain"), path)
    return _answer(_file(Path(asked) if asked and is_file else folder / INDEX), path)


def _file(path: Path) -> Response:
    """Return a file, packed for whoever takes that."""
    packed = path.with_name(f"{path.name}.gz")
    is_packed = request.accept_encodings["gzip"] > 0 and packed.is_file()
    kind = KINDS.get(path.suffix, "application/octet-stream")
    response = Response((packed if is_packed else path).read_bytes(), mimetype=kind)
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.vary.add("Accept-Encoding")
    response.add_etag()
    return response


def _answer(response: Response, path: str) -> Response:
    is_kept = path.startswith(ASSETS) and response.status_code == 200
    response.headers["Cache-Control"] = FOR_EVER if is_kept else "no-cache"
    response.headers["Content-Security-Policy"] = POLICY
    response.make_conditional(request)
    return response
