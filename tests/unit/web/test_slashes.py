"""A slash that was sent as `%2F` divides no path, and an unclean path leads to the clean one."""

from unittest.mock import Mock

import pytest

from appos.web.slashes import clean_path, keep_slashes, redirected


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


@pytest.mark.parametrize(
    ("path", "cleaned"),
    [
        ("//", "/"),
        ("/a//b", "/a/b"),
        ("/a/b//", "/a/b/"),
        ("/a/./b/../c/.", "/a/c"),
        ("/a/../../..", "/"),
        ("//example.com/x", "/example.com/x"),
        ("/\\/example.com//", "/%255C/example.com/"),
        ("/a//(%21)[x]'!*", "/a/%28%2521%29%5Bx%5D%27%21%2A"),
        ("/a//x^y", "/a/x%255Ey"),
        ("/a//b;c,d=e@f$g&h+i~j", "/a/b;c,d=e@f$g&h+i~j"),
    ],
)
def test_a_path_is_cleaned_as_go_cleans_it(path: str, cleaned: str) -> None:
    assert clean_path(path) == cleaned


@pytest.mark.parametrize(
    ("method", "uri", "status", "headers", "body"),
    [
        pytest.param(
            "GET",
            "/a//b?x='<&",
            "301 Moved Permanently",
            {"Location": "/a/b?x='<&", "Content-Type": "text/html; charset=utf-8", "Content-Length": "56"},
            b'<a href="/a/b?x=&#39;&lt;&amp;">Moved Permanently</a>.\n\n',
            id="a-page-with-a-link",
        ),
        pytest.param(
            "HEAD",
            "//?",
            "301 Moved Permanently",
            {"Location": "/", "Content-Type": "text/html; charset=utf-8", "Content-Length": "0"},
            b"",
            id="head",
        ),
        pytest.param(
            "POST",
            "http://host/a//b",
            "301 Moved Permanently",
            {"Location": "/a/b", "Content-Length": "0"},
            b"",
            id="a-whole-address",
        ),
        pytest.param(
            "GET",
            "/a/%zz",
            "400 Bad Request",
            {"Content-Type": "text/plain; charset=utf-8", "Connection": "close", "Content-Length": "15"},
            b"400 Bad Request",
            id="a-broken-escape",
        ),
    ],
)
def test_an_unclean_path_is_redirected(
    method: str, uri: str, status: str, headers: dict[str, str], body: bytes
) -> None:
    started = Mock()
    answer = redirected({"RAW_URI": uri, "REQUEST_METHOD": method}, started)

    assert b"".join(answer or ()) == body
    assert (started.call_args[0][0], dict(started.call_args[0][1])) == (status, headers)


@pytest.mark.parametrize(
    "uri", ["", "*", "/", "/a/b/", "/a/.b/..c/...", "/a?b=//&c=/../", "/%2e%2e/", "http://host"]
)
def test_a_clean_path_is_not(uri: str) -> None:
    assert redirected({"RAW_URI": uri, "REQUEST_METHOD": "GET"}, Mock()) is None


def test_a_tunnel_is_not_redirected() -> None:
    assert redirected({"RAW_URI": "/a//b", "REQUEST_METHOD": "CONNECT"}, Mock()) is None
