"""Logging: one JSON line an event, to standard output.

An event is a constant name and its data are fields, as in
`log.info("app_deployed", extra={"app_id": app_id})`, so that events can be counted. Never a token, a
password, an environment value or a Compose file.
"""

import json
import logging
import sys
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")
job_id: ContextVar[str] = ContextVar("job_id", default="")

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class ContextFilter(logging.Filter):
    """Adds the id of the request or job that an event belongs to."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__.setdefault("request_id", request_id.get())
        record.__dict__.setdefault("job_id", job_id.get())
        return True


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
        }
        line.update(
            {key: value for key, value in vars(record).items() if key not in _STANDARD and value != ""}
        )
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


def set_level(level: str) -> None:
    """Log from another level on, from now on."""
    logging.getLogger().setLevel(level)


def configure(level: str) -> None:
    """Send every logger of this process, gunicorn's and Huey's too, to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(ContextFilter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("gunicorn.error", "gunicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    for name in ("huey", "urllib3", "docker", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
