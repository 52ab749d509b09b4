"""XML onto structs. What each text makes of a struct was compared with PocketBase 0.36.2."""

from typing import Any

import msgspec
import pytest

from appos.errors import TooLargeError
from appos.web.go_xml import MOST_BYTES, xml_document


class Item(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    label: str = ""
    max_size: int = 0


class Inner(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    host_name: str = "here"
    is_on: bool = True


class Outer(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    name: str | None = None
    smtp: Inner = Inner()
    items: tuple[Item, ...] = (Item(label="a", max_size=1),)
    words: tuple[str, ...] = ("x",)
    count: int = 1
    extra: dict[str, Any] | None = None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("<a/>", {}, id="nothing"),
        pytest.param("<a><Name>new</Name></a>", {"name": "new"}, id="a-text"),
        pytest.param("<a><Name/></a>", {"name": ""}, id="an-empty-text"),
        pytest.param("<a><Name> x<b>y<Name>z</Name></b>w </Name></a>", {"name": " xw "}, id="its-own-text"),
        pytest.param("<a><Name>x</Name><Name>y</Name></a>", {"name": "y"}, id="twice"),
        pytest.param("<a><name>x</name><NAME>x</NAME><Other>x</Other></a>", {}, id="other-names"),
        pytest.param("<a Name='x'><b><Name>x</Name></b></a>", {}, id="elsewhere"),
        pytest.param("<a xmlns='u'><p:Name>x</p:Name></a>", {"name": "x"}, id="name-spaces"),
        pytest.param("<a><Name>&lt;&#64;<![CDATA[&]]><!-- x -->y</Name></a>", {"name": "<@&y"}, id="letters"),
        pytest.param("<a><SMTP><HostName>h</HostName></SMTP></a>", {"smtp": {"hostName": "h"}}, id="a-part"),
        pytest.param("<a><Smtp><HostName>h</HostName></Smtp></a>", {}, id="a-part-in-other-letters"),
        pytest.param(
            "<a><SMTP><HostName>h</HostName></SMTP><SMTP><IsOn>0</IsOn></SMTP></a>",
            {"smtp": {"hostName": "h", "isOn": False}},
            id="a-part-twice",
        ),
        pytest.param("<a><SMTP><IsOn> t </IsOn></SMTP></a>", {"smtp": {"isOn": True}}, id="a-truth"),
        pytest.param("<a><SMTP><IsOn/></SMTP></a>", {"smtp": {"isOn": False}}, id="no-truth"),
        pytest.param("<a><Count> -5 </Count></a>", {"count": -5}, id="a-number"),
        pytest.param("<a><Count></Count></a>", {"count": 0}, id="no-number"),
        pytest.param("<a><Words>y</Words><Words/></a>", {"words": ["x", "y", ""]}, id="a-list-grows"),
        pytest.param(
            "<a><Items><Label>b</Label></Items></a>",
            {"items": [{"label": "a", "maxSize": 1}, {"label": "b"}]},
            id="so-does-one-of-structs",
        ),
        pytest.param("words <a><Name>x</Name></a> <not read", {"name": "x"}, id="around-it"),
        pytest.param("<?xml version='1.0' encoding='Utf-8'?><a/>", {}, id="a-declaration"),
        pytest.param("<!DOCTYPE a SYSTEM 'http://example.com/x.dtd'><a/>", {}, id="nothing-is-fetched"),
    ],
)
def test_elements_are_values(text: str, expected: dict[str, Any]) -> None:
    assert xml_document(Outer(), text.encode()) == expected


BOMB = "".join(f'<!ENTITY x{level} "{f"&x{level - 1};" * 10}">' for level in range(1, 12))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "words",
        "<a>",
        "<a><Name>x</a>",
        "<a><Name>\xff</Name></a>",
        "<a><Name>&x;</Name></a>",
        "<a><Name>&#0;</Name></a>",
        "<?xml version='1.1'?><a/>",
        "<?xml version='1.0' encoding='latin1'?><a/>",
        "<a><SMTP><IsOn>maybe</IsOn></SMTP></a>",
        "<a><SMTP><IsOn> </IsOn></SMTP></a>",
        "<a><Count>1.0</Count></a>",
        "<a><Count> </Count></a>",
        "<a><Count>1_0</Count></a>",
        "<a><Extra><X>1</X></Extra></a>",
        pytest.param('<!DOCTYPE a [<!ENTITY x "y">]><a><Name>&x;</Name></a>', id="an-entity"),
        pytest.param(
            '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a><Name>&x;</Name></a>', id="one-from-outside"
        ),
        pytest.param(
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><Name>&x;</Name></a>', id="a-file"
        ),
        pytest.param(f'<!DOCTYPE a [<!ENTITY x0 "x">{BOMB}]><a b="&x11;"/>', id="a-bomb"),
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        xml_document(Outer(), text.encode("latin-1"))


def test_depth_costs_no_stack() -> None:
    assert xml_document(Outer(), b"<a>" * 50_000 + b"</a>" * 50_000) == {}


def test_a_large_text_is_refused_before_it_is_read() -> None:
    with pytest.raises(TooLargeError):
        xml_document(Outer(), b"<" * (MOST_BYTES + 1))
