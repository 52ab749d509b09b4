"""Responses written whole."""

import time
from email.utils import parsedate_to_datetime

import pytest

from appos.web.whole import Whole


def parts(response: bytes) -> tuple[str, dict[str, str], bytes]:
    head, _, body = response.partition(b"\r\n\r\n")
    status, *lines = head.decode("ascii").split("\r\n")
    return status, dict(line.split(": ", 1) for line in lines), body


def test_a_response_is_whole() -> None:
    status, headers, body = parts(Whole({"Content-Type": "text/plain"}).response("ö".encode(), "Vary: *\r\n"))

    moment = parsedate_to_datetime(headers.pop("Date"))
    assert abs(moment.timestamp() - time.time()) < 5
    assert status == "HTTP/1.1 200 OK"
    assert headers == {
        "Server": "gunicorn",
        "Connection": "keep-alive",
        "Content-Type": "text/plain",
        "Vary": "*",
        "Content-Length": "2",
    }
    assert body == "ö".encode()


def test_the_last_response_of_a_connection_says_so() -> None:
    assert parts(Whole({}).response(b"", closes=True))[1]["Connection"] == "close"


def test_the_date_is_that_of_the_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    dates = []
    for seconds in (0, 1.5, 86_400):
        monkeypatch.setattr(time, "time", lambda seconds=seconds: seconds)
        dates.append(parts(Whole({}).response(b""))[1]["Date"])

    assert dates == [
        "Thu, 01 Jan 1970 00:00:00 GMT",
        "Thu, 01 Jan 1970 00:00:01 GMT",
        "Fri, 02 Jan 1970 00:00:00 GMT",
    ]
