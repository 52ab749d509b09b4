"""Log lines."""

import io
import json
import logging
from collections.abc import Iterator
from contextvars import Context
from datetime import datetime
from typing import Any

import pytest

from appos import log
from appos.log import ContextFilter, JsonFormatter


@pytest.fixture
def stream() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def logger(stream: io.StringIO) -> Iterator[logging.Logger]:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    handler.addFilter(ContextFilter())
    logger = logging.getLogger("appos.test")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    yield logger
    logger.removeHandler(handler)
    logger.propagate = True


def line(stream: io.StringIO) -> dict[str, Any]:
    (text,) = stream.getvalue().splitlines()
    parsed: dict[str, Any] = json.loads(text)
    return parsed


def test_an_event_is_one_line_of_json_with_its_fields(logger: logging.Logger, stream: io.StringIO) -> None:
    # A context of its own: another test of this process may have been inside a request.
    Context().run(logger.info, "app_deployed", extra={"app_id": "a1", "services": 3})

    found = line(stream)
    assert datetime.fromisoformat(found.pop("time")).tzinfo is not None
    assert found == {
        "level": "info",
        "logger": "appos.test",
        "event": "app_deployed",
        "app_id": "a1",
        "services": 3,
    }


def test_a_line_names_the_request_and_the_job_that_it_belongs_to(
    logger: logging.Logger, stream: io.StringIO
) -> None:
    tokens = (log.request_id.set("r1"), log.job_id.set("j1"))
    logger.info("event")
    log.request_id.reset(tokens[0])
    log.job_id.reset(tokens[1])

    found = line(stream)
    assert (found["request_id"], found["job_id"]) == ("r1", "j1")


def test_a_job_that_is_named_by_the_event_counts_first(logger: logging.Logger, stream: io.StringIO) -> None:
    token = log.job_id.set("j1")
    logger.info("event", extra={"job_id": "j2"})
    log.job_id.reset(token)

    assert line(stream)["job_id"] == "j2"


def test_an_exception_stands_in_the_same_line(logger: logging.Logger, stream: io.StringIO) -> None:
    try:
        raise ValueError("broken\nin two")
    except ValueError:
        logger.exception("job_failed")

    found = line(stream)
    assert found["level"] == "error"
    assert "ValueError: broken\nin two" in found["exception"]
    assert "test_log.py" in found["exception"]


def test_what_is_no_json_is_written_as_text(logger: logging.Logger, stream: io.StringIO) -> None:
    logger.info("event", extra={"path": io, "word": "größer"})

    found = line(stream)
    assert found["path"].startswith("<module 'io'")
    assert "größer" in stream.getvalue()


def test_every_logger_writes_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.root.handlers[:], logging.root.level
    noisy = logging.getLogger("gunicorn.error")
    noisy.addHandler(logging.NullHandler())
    noisy.propagate = False
    try:
        log.configure("WARNING")
        noisy.warning("booted %s", "twice")
        logging.getLogger("appos").info("quiet")
        logging.getLogger("huey").info("quiet")
    finally:
        logging.root.handlers[:], level = before
        logging.root.setLevel(level)

    out, err = capsys.readouterr()
    assert [json.loads(found)["event"] for found in out.splitlines()] == ["booted twice"]
    assert err == ""
    assert logging.getLogger("huey").level == logging.WARNING
