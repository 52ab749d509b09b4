"""The panel's own files, with addresses that change with their content, so that browsers may keep them."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for

KEEP_SECONDS = 365 * 24 * 3600


def register(app: Flask) -> None:
    """Let browsers keep the files, and offer `asset` to templates."""
    folder = Path(str(app.static_folder))

    @cache
    def version(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:12]

    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = KEEP_SECONDS
    app.add_template_global(lambda name: url_for("static", filename=name, v=version(name)), "asset")
