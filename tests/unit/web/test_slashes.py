"""A slash that was sent as `%2F` divides no path."""

import pytest

from appos.web.slashes import keep_slashes


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("/api/a%2Fb", "/api/a%2Fb"),
        ("/api/a%2fb/c?d=%2F", "/api/a%2Fb/c"),
        ("/%2e%2e%2Fx%20y", "/..%2Fx y"),
        ("/a%252Fb%2F", "/a%2Fb%2F"),
        ("/%C3%A9%2F", "/\xc3\xa9%2F"),
    ],
)
def test_an_escaped_slash_stays_in_its_name(uri: str, path: str) -> None:
    environ = {"RAW_URI": uri, "PATH_INFO": "as the server had it"}
    keep_slashes(environ)

    assert environ["PATH_INFO"] == path


@pytest.mark.parametrize("uri", ["", "/a/b", "/a%20b?c=%2F", "*", "http://host/a%2Fb"])
def test_every_other_path_stays_as_the_server_had_it(uri: str) -> None:
    environ = {"RAW_URI": uri, "PATH_INFO": "as the server had it"}
    keep_slashes(environ)

    assert environ["PATH_INFO"] == "as the server had it"
