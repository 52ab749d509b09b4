"""HTML, XML and what is written in XML."""

import re
from collections.abc import Iterator

from appos.records.files.media.kind import Kind, Look

SPACE = b"\t\n\f\r "
FIRST_TAG = re.compile(
    rb"<(?:!doctype html|html|head|script|iframe|h1|div|font|table|a|style|title|b|body|br|p|!--)"
    rb"[\t\n\f\r >]",
    re.IGNORECASE,
)
DECLARATION = re.compile(rb"<\?xml[\t\n\f\r >]", re.IGNORECASE)
XHTML = re.compile(rb"<!doctype[\t\n\f\r ]+html|<html[\t\n\f\r ]+xmlns=", re.IGNORECASE)
COMMENTS = re.compile(rb"(?:<!(?=--).*?-->)*", re.DOTALL)
# A name, perhaps with a value, of which nothing may be cut off.
ATTRIBUTE = re.compile(
    rb"[\t\n\f\r /]*(=?[^\t\n\f\r />=]++)(?:[\t\n\f\r ]*=[\t\n\f\r ]*"
    rb"(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\f\r >\"'][^\t\n\f\r >]*)(?=[\t\n\f\r >]))|(?![\t\n\f\r ]*=))"
)
# How much of a document is searched for the element and the space that tell its dialect.
DIALECT_BYTES = 512
SVG_BYTES = 4096
SVG_SPACE = (b"xmlns", b"http://www.w3.org/2000/svg")


def attributes(text: bytes, at: int) -> Iterator[tuple[bytes, bytes]]:
    """Yield the names and values of the attributes of the tag that goes on at `at`."""
    found = ATTRIBUTE.match(text, at)
    while found:
        yield found[1], found[2] or found[3] or found[4] or b""
        found = ATTRIBUTE.match(text, found.end())


def _is_html(head: bytes) -> bool:
    return FIRST_TAG.match(_unmarked(head)) is not None


def _is_xml(head: bytes) -> bool:
    return DECLARATION.match(_unmarked(head)) is not None


def _is_svg(head: bytes) -> bool:
    """The element comes first and names its space, or stands in a document with a declaration."""
    text = head.lstrip(SPACE)
    if text.startswith(b"<?xml"):
        return b"version" in dict(attributes(text, 0)) and b"<svg" in text[:SVG_BYTES]
    comments = COMMENTS.match(text)
    at = comments.end() if comments else 0
    return text.startswith(b"<svg", at) and SVG_SPACE in attributes(text, at)


def _is_xhtml(head: bytes) -> bool:
    return XHTML.search(head[:1024]) is not None


def _unmarked(head: bytes) -> bytes:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(SPACE)


def _dialect(element: bytes, *spaces: str) -> Look:
    """Know a dialect by an element near the beginning and a space that is named behind it, if it has one."""
    names = [f'xmlns="{space}"'.encode() for space in spaces]

    def looks(head: bytes) -> bool:
        text = head.lstrip(SPACE)[:DIALECT_BYTES]
        at = text.find(element)
        return at > 0 and (not names or any(text.find(name) > at for name in names))

    return looks


def _names(prefix: str, *spaces: str) -> Look:
    names = [f'xmlns:{prefix}="{space}"'.encode() for space in spaces]
    return lambda head: any(name in head.lstrip(SPACE)[:DIALECT_BYTES] for name in names)


_DIALECTS = (
    Kind("application/rss+xml", ".rss", _dialect(b"<rss"), ("text/rss",)),
    Kind("application/atom+xml", ".atom", _dialect(b"<feed", "http://www.w3.org/2005/Atom")),
    Kind(
        "model/x3d+xml",
        ".x3d",
        lambda head: (
            _dialect(b"<X3D")(head) and _names("xsd", "http://www.w3.org/2001/XMLSchema-instance")(head)
        ),
    ),
    Kind(
        "application/vnd.google-earth.kml+xml",
        ".kml",
        _dialect(
            b"<kml",
            "http://www.opengis.net/kml/2.2",
            *(f"http://earth.google.com/kml/2.{minor}" for minor in range(3)),
        ),
    ),
    Kind("application/x-xliff+xml", ".xlf", _dialect(b"<xliff", "urn:oasis:names:tc:xliff:document:1.2")),
    Kind(
        "model/vnd.collada+xml",
        ".dae",
        _dialect(b"<COLLADA", "http://www.collada.org/2005/11/COLLADASchema"),
    ),
    Kind(
        "application/gml+xml",
        ".gml",
        _names("gml", *(f"http://www.opengis.net/gml{end}" for end in ("", "/3.2", "/3.3/exr"))),
    ),
    Kind("application/gpx+xml", ".gpx", _dialect(b"<gpx", "http://www.topografix.com/GPX/1/1")),
    Kind(
        "application/vnd.garmin.tcx+xml",
        ".tcx",
        _dialect(b"<TrainingCenterDatabase", "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"),
    ),
    Kind("application/x-amf", ".amf", _dialect(b"<amf")),
    Kind(
        "application/vnd.ms-package.3dmanufacturing-3dmodel+xml",
        ".3mf",
        _dialect(b"<model", "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"),
    ),
    Kind("application/vnd.adobe.xfdf", ".xfdf", _dialect(b"<xfdf", "http://ns.adobe.com/xfdf/")),
    Kind("application/owl+xml", ".owl", _dialect(b"<Ontology", "http://www.w3.org/2002/07/owl#")),
    Kind("application/xhtml+xml", ".html", _is_xhtml),
)

SVG = Kind("image/svg+xml", ".svg", _is_svg)
HTML = Kind("text/html", ".html", _is_html)
XML = Kind("text/xml", ".xml", _is_xml, ("application/xml",), _DIALECTS)
