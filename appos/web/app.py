"""The Flask application."""

from typing import TYPE_CHECKING

from flask import Flask

from appos.config import Config
from appos.jobs.kinds import KINDS, Kinds
from appos.jobs.tasks import Tasks
from appos.services import Services
from appos.web import (
    access,
    admin,
    app_files,
    app_git,
    app_source,
    app_verbs,
    app_watch,
    apps,
    audit,
    backups,
    batch,
    collections,
    compose,
    crons,
    docker,
    errors,
    files,
    headers,
    health,
    images,
    jobs,
    logs,
    oauth2,
    openapi,
    own_settings,
    pages,
    policy,
    realtime,
    record_auth,
    records,
    registries,
    requestlog,
    settings,
    setup,
    system,
    terminal,
    webhooks,
)
from appos.web.go_request import GoRequest
from appos.web.state import KEY, State
from appos.web.websocket import OPTIONS

if TYPE_CHECKING:
    from huey import Huey

    from appos.engine.port import Engine

MOST_BODY_BYTES = 32 << 20
BLUEPRINTS = (
    health,
    collections,
    record_auth,
    records,
    files,
    realtime,
    settings,
    logs,
    crons,
    backups,
    batch,
    oauth2,
    setup,
    jobs,
    apps,
    app_files,
    app_git,
    app_source,
    app_verbs,
    app_watch,
    webhooks,
    docker,
    images,
    registries,
    compose,
    policy,
    audit,
    system,
    own_settings,
    openapi,
    pages,
)


def create_app(config: Config, engine: "Engine", huey: "Huey", kinds: Kinds = KINDS) -> Flask:
    """Build the application and everything behind it; starts nothing.

    Raises:
        ConfigError: the data directory does not allow a start.
        RuntimeError: a route has no declared permission.
    """
    services = Services.build(config, engine, huey.storage)
    app = Flask(__name__, static_folder="static", static_url_path="/_/static")
    app.request_class = GoRequest
    app.config.update(
        SECRET_KEY=services.session_secret,
        MAX_CONTENT_LENGTH=MOST_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MOST_BODY_BYTES,
        SESSION_COOKIE_NAME="appos_session",
        SESSION_COOKIE_PATH="/_/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
    )
    app.extensions[KEY] = State(services, Tasks(huey, services, kinds))
    requestlog.register(app)
    headers.register(app)
    app.before_request(terminal.refuse_stripped)
    access.register(app)
    errors.register(app)
    for module in BLUEPRINTS:
        app.register_blueprint(module.bp)
    app.config["SOCK_SERVER_OPTIONS"] = OPTIONS
    terminal.register(app)
    admin.register(app)
    access.check_table(app)
    return app
