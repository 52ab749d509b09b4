"""Bodies onto structs. What each body makes of a struct was compared with PocketBase 0.36.2."""

from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from flask import Flask

from appos.errors import InvalidError
from appos.web.bind import bind, binder
from appos.web.go_request import GoRequest


class Item(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    label: str = ""
    max_size: int = 0


class Inner(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    host_name: str = "here"
    port: int = 587
    is_on: bool = True


class Outer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    name: str = "old"
    inner: Inner = Inner()
    items: tuple[Item, ...] = (Item(label="a", max_size=1), Item(label="b", max_size=2))
    words: tuple[str, ...] = ("x", "y")


@pytest.fixture
def bare() -> Flask:
    app = Flask(__name__)
    app.request_class = GoRequest
    return app


def bound(
    bare: Flask, body: bytes | str, kind: str | None = "application/json", onto: Outer | None = None
) -> Outer:
    with bare.test_request_context(method="POST", data=body, content_type=kind):
        return bind(onto or Outer())


def with_inner(**changes: Any) -> Outer:
    return Outer(inner=msgspec.structs.replace(Inner(), **changes))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("{}", Outer(), id="nothing"),
        pytest.param("", Outer(), id="no-body"),
        pytest.param("null", Outer(), id="null"),
        pytest.param('{"unknown": 1}', Outer(), id="unknown"),
        pytest.param(' \n{"name": "new"}', Outer(name="new"), id="spaces"),
        pytest.param('{"name": "new"} and more', Outer(name="new"), id="what-follows"),
        pytest.param(
            '{"inner": {"hostName": "there"}}', with_inner(host_name="there"), id="a-part-of-a-part"
        ),
        pytest.param(
            '{"INNER": {"HOSTNAME": "there"}}', with_inner(host_name="there"), id="names-in-any-case"
        ),
        pytest.param(
            '{"inner": {"hostName": "there"}, "inner": {"port": 1}}',
            with_inner(host_name="there", port=1),
            id="twice",
        ),
        pytest.param('{"name": null, "inner": null, "items": [null, {}]}', Outer(), id="nulls"),
        pytest.param('{"inner": {"isOn": false, "port": -0}}', with_inner(is_on=False, port=0), id="zeros"),
        pytest.param('{"words": null, "items": null}', Outer(words=(), items=()), id="null-empties-a-list"),
        pytest.param('{"words": []}', Outer(words=()), id="an-empty-list"),
        pytest.param('{"words": ["z"]}', Outer(words=("z",)), id="a-shorter-list"),
        pytest.param('{"words": [null, null, null]}', Outer(words=("x", "y", "")), id="nulls-in-a-list"),
        pytest.param(
            '{"items": [{"label": "c"}]}',
            Outer(items=(Item(label="c", max_size=1),)),
            id="an-element-is-laid-on",
        ),
        pytest.param(
            '{"items": [{}, {"maxSize": 3}, {"label": "new"}]}',
            Outer(items=(Item(label="a", max_size=1), Item(label="b", max_size=3), Item(label="new"))),
            id="a-new-element-is-empty",
        ),
        pytest.param('{"name": "\\ud800x\\udfff"}', Outer(name="\ufffdx\ufffd"), id="half-surrogates"),
        pytest.param(b'{"name": "\xff"}', Outer(name="\ufffd"), id="no-utf-8"),
        pytest.param('{"inner": {"port": 9223372036854775807}}', with_inner(port=2**63 - 1), id="64-bits"),
    ],
)
def test_json_is_laid_onto_what_there_is(bare: Flask, body: bytes | str, expected: Outer) -> None:
    assert bound(bare, body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "[]",
        '"text"',
        "{",
        "{'name': 1}",
        '{"name": 1}',
        '{"name": {}}',
        '{"inner": []}',
        '{"inner": "text"}',
        '{"inner": {"port": "1"}}',
        '{"inner": {"port": 1.0}}',
        '{"inner": {"port": 1e2}}',
        '{"inner": {"port": true}}',
        '{"inner": {"port": 9223372036854775808}}',
        '{"inner": {"isOn": 1}}',
        '{"inner": {"isOn": "true"}}',
        '{"items": {"label": "a"}}',
        '{"items": [1]}',
        '{"items": [[]]}',
        '{"words": "x"}',
        '{"words": [1]}',
        '{"name": NaN}',
        '{"name": "a\nb"}',
        b"\xef\xbb\xbf{}",
        pytest.param("[" * 100_000, id="too-deep"),
        pytest.param('{"inner": {"port": ' + "9" * 5000 + "}}", id="5000-digits"),
    ],
)
def test_what_does_not_fit_is_refused(bare: Flask, body: bytes | str) -> None:
    with pytest.raises(InvalidError) as caught:
        bound(bare, body)

    assert (caught.value.code, caught.value.message) == (
        "body_invalid",
        "An error occurred while loading the submitted data.",
    )
    assert caught.value.fields == {}


@pytest.mark.parametrize("kind", ["text/plain", "Application/JSON", None])
def test_a_body_has_to_name_its_type(bare: Flask, kind: str | None) -> None:
    with pytest.raises(InvalidError, match="loading the submitted data"):
        bound(bare, "{}", kind)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param({"name": "new"}, Outer(name="new"), id="a-name"),
        pytest.param({"NAME": "new", "inner": "x", "hostName": "x"}, Outer(), id="other-names"),
        pytest.param({"inner.hostName": "there"}, with_inner(host_name="there"), id="a-part"),
        pytest.param([("words", "p"), ("words", "q")], Outer(words=("p", "q")), id="a-list"),
        pytest.param({"items": "x"}, Outer(), id="no-list-of-structs"),
        pytest.param({"inner.port": ""}, with_inner(port=0), id="an-empty-number"),
        pytest.param({"inner.isOn": ""}, with_inner(is_on=False), id="an-empty-truth"),
        pytest.param({"inner.isOn": "0"}, with_inner(is_on=False), id="a-truth"),
        pytest.param({"inner.port": "0x10"}, with_inner(port=16), id="hexadecimal"),
        pytest.param({"inner.port": "0b11"}, with_inner(port=3), id="binary"),
        pytest.param({"inner.port": "0o17"}, with_inner(port=15), id="octal"),
        pytest.param({"inner.port": "010"}, with_inner(port=8), id="octal-as-in-c"),
        pytest.param({"inner.port": "1_000"}, with_inner(port=1000), id="underscores"),
        pytest.param({"inner.port": "-5"}, with_inner(port=-5), id="negative"),
        pytest.param({"inner.port": "+0"}, with_inner(port=0), id="signed-zero"),
        pytest.param(
            {"name": "form", "@jsonPayload": '{"name": "json", "inner": {"port": 1}}'},
            Outer(name="json", inner=Inner(port=1)),
            id="json-comes-last",
        ),
        pytest.param(
            [("@jsonPayload", '{"name": "one"}'), ("@jsonPayload", '{"inner": {"port": 2}}')],
            Outer(name="one", inner=Inner(port=2)),
            id="json-twice",
        ),
    ],
)
def test_a_form_names_parts_by_dots(bare: Flask, form: Any, expected: Outer) -> None:
    assert bound(bare, urlencode(form), "application/x-www-form-urlencoded") == expected


@pytest.mark.parametrize(
    "form",
    [
        {"inner.port": "x"},
        {"inner.port": " 5"},
        {"inner.port": "08"},
        {"inner.port": "1__0"},
        {"inner.port": "_1"},
        {"inner.port": "1.5"},
        {"inner.port": "9223372036854775808"},
        {"inner.isOn": "maybe"},
        {"@jsonPayload": "{"},
        {"@jsonPayload": "{} x"},
        {"@jsonPayload": '{"name": 1}'},
    ],
)
def test_a_form_that_does_not_fit_is_refused(bare: Flask, form: dict[str, str]) -> None:
    with pytest.raises(InvalidError, match="loading the submitted data"):
        bound(bare, urlencode(form), "application/x-www-form-urlencoded")


def test_a_multipart_form_is_a_form(bare: Flask) -> None:
    body = '--x\r\nContent-Disposition: form-data; name="inner.port"\r\n\r\n25\r\n--x--\r\n'

    assert bound(bare, body, "multipart/form-data; boundary=x") == with_inner(port=25)


def test_a_body_is_read_before_it_is_laid_on(bare: Flask) -> None:
    with bare.test_request_context(method="POST", data='{"name": "new"}', content_type="application/json"):
        lay = binder()

    assert lay(Outer(words=())) == Outer(name="new", words=())


@pytest.mark.parametrize("kind", ["application/xml", "text/xml; charset=utf-8"])
def test_xml_is_laid_onto_what_there_is(bare: Flask, kind: str) -> None:
    body = "<a><Name>new</Name><Inner><Port>25</Port></Inner><Words>z</Words></a>"

    assert bound(bare, body, kind) == Outer(name="new", inner=Inner(port=25), words=("x", "y", "z"))


@pytest.mark.parametrize("body", ["words", "<a><Inner><Port>x</Port></Inner></a>", "<a><Name>x"])
def test_xml_that_does_not_fit_is_refused(bare: Flask, body: str) -> None:
    with pytest.raises(InvalidError, match="loading the submitted data"):
        bound(bare, body, "application/xml")


@pytest.mark.parametrize(
    ("body", "kind", "name"),
    [
        pytest.param("name=body", "application/x-www-form-urlencoded", "body", id="behind-a-form"),
        pytest.param(
            '--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nbody\r\n--x--\r\n',
            "multipart/form-data; boundary=x",
            "query",
            id="before-parts",
        ),
    ],
)
def test_the_query_belongs_to_a_form(bare: Flask, body: str, kind: str, name: str) -> None:
    query = {"name": "query", "inner.port": "7"}
    with bare.test_request_context(method="POST", data=body, content_type=kind, query_string=query):
        assert bind(Outer()) == Outer(name=name, inner=Inner(port=7))


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("name=x&%zz", "application/x-www-form-urlencoded"),
        ("name=x;", "application/x-www-form-urlencoded"),
        ("x", "multipart/form-data"),
        ("x", "multipart/form-data; boundary=x"),
        ('--x\r\nContent-Disposition: form-data; name="name"\r\n\r\nhalf', "multipart/form-data; boundary=x"),
    ],
)
def test_a_broken_form_is_refused(bare: Flask, body: str, kind: str) -> None:
    with pytest.raises(InvalidError, match="loading the submitted data"):
        bound(bare, body, kind)


@pytest.mark.parametrize("key", ["word\u017f", "WORD\u017f"])
def test_letters_that_go_takes_for_others_are_others(bare: Flask, key: str) -> None:
    assert bound(bare, f'{{"{key}": ["z"]}}') == Outer(words=("z",))


def test_a_type_that_is_not_read_may_be_refused_in_other_words(bare: Flask) -> None:
    options = {"method": "POST", "data": "x", "content_type": "text/plain"}
    with bare.test_request_context(**options), pytest.raises(InvalidError, match="No such type"):
        bind(Outer(), unsupported="No such type.")
