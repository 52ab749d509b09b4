"""Forms of parts. What each form says was compared with PocketBase 0.36.2."""

import pytest
from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

from appos.web.forms import read_form
from appos.web.go_request import GoRequest


def form(*parts: bytes) -> bytes:
    """A form of parts, each with its headers and its content."""
    return b"".join(b"--line\r\n" + part + b"\r\n" for part in parts) + b"--line--\r\n"


def read(body: bytes) -> tuple[dict[str, list[str]], dict[str, list[tuple[str | None, bytes]]]]:
    """The texts and the files of a form."""
    app = Flask(__name__)
    app.request_class = GoRequest
    kind = "multipart/form-data; boundary=line"
    with app.test_request_context(method="POST", data=body, content_type=kind):
        texts = read_form()
        files = {
            name: [(file.filename, file.stream.read()) for file in request.files.getlist(name)]
            for name in request.files
        }
        return texts, files


def test_a_part_is_a_text_or_a_file() -> None:
    body = form(
        b'Content-Disposition: form-data; name="a"\r\n\r\none',
        b'Content-Disposition: form-data; name="a"; filename=""\r\n\r\ntwo',
        b'Content-Disposition: form-data; name="f"; filename="x\xff.txt"\r\n\r\nthree',
        b"Content-Disposition: form-data; name=f; filename*=utf-8''y.txt\r\n\r\n",
    )

    assert read(body) == ({"a": ["one", "two"]}, {"f": [("x\udcff.txt", b"three"), ("y.txt", b"")]})


@pytest.mark.parametrize(
    "headers",
    [
        b"",
        b"X-A: b\r\n",
        b"Content-Disposition: attachment; name=a\r\n",
        b"Content-Disposition: form-data; name=a; name=b\r\n",
        b'Content-Disposition: form-data; name=""\r\n',
    ],
)
def test_a_part_without_a_name_counts_for_nothing(headers: bytes) -> None:
    assert read(form(headers + b"\r\nx", b"Content-Disposition: form-data; name=b\r\n\r\ny"))[0] == {
        "b": ["y"]
    }


@pytest.mark.parametrize(
    ("more", "content", "text"),
    [
        (b"", b"h\xe9\xff", "h\ufffd\ufffd"),
        (b"Content-Type: text/plain; charset=latin1\r\n", b"h\xe9", "h\ufffd"),
        (b"Content-Type: text/plain; charset=nope\r\n", b"x", "x"),
        (b"Content-Type: text/\xff\r\n", b"x", "x"),
        (b"Content-Transfer-Encoding: Quoted-Printable\r\n", b"a=3Db", "a=b"),
        (b"Content-Transfer-Encoding: base64\r\n", b"aGk=", "aGk="),
        (b"X-A: b\r\n c\r\n", b"x", "x"),
        (b"X A : b\r\n", b"x", "x"),
        (b"Content-Disposition: form-data; name=b\r\n", b"x", "x"),
    ],
)
def test_a_text_is_read_whatever_else_its_part_says(more: bytes, content: bytes, text: str) -> None:
    body = form(b"Content-Disposition: form-data; name=a\r\n" + more + b"\r\n" + content)

    assert read(body)[0] == {"a": [text]}


@pytest.mark.parametrize("line", [b"X-A: a\x01b", b"X-A: a\rb", b"no colon", b": x", b"X-\xff: x"])
def test_a_broken_header_breaks_the_form(line: bytes) -> None:
    with pytest.raises(ValueError, match="broken header"):
        read(form(b"Content-Disposition: form-data; name=a\r\n" + line + b"\r\n\r\nx"))


@pytest.mark.parametrize("body", [b"x", b"--line\r\n", form(b"X-A: b\r\n\r\nx")[:-6]])
def test_a_form_has_an_end(body: bytes) -> None:
    with pytest.raises(ValueError, match="cannot parse"):
        read(body)


def test_a_text_may_be_too_large() -> None:
    with pytest.raises(RequestEntityTooLarge):
        read(form(b"Content-Disposition: form-data; name=a\r\n\r\n" + b"x" * 600_000))


def test_there_may_be_too_many_parts() -> None:
    with pytest.raises(RequestEntityTooLarge):
        read(form(*[b"Content-Disposition: form-data; name=a\r\n\r\nx"] * 1001))
