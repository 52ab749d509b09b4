"""Addresses of the web."""

import re
from typing import Any, NamedTuple

from appos.records.fields.base import ValueContext
from appos.records.fields.domains import DomainsField
from appos.records.fields.patterns import matches
from appos.records.fields.problems import REQUIRED, Problem, problem

# Source: the addresses of github.com/asaskevich/govalidator, as PocketBase 0.36 takes them.
_IPV4 = (
    r"(?:[1-9]\d?|1\d\d|2[01]\d|22[0-3]|24\d|25[0-5])(?:\.(?:\d{1,2}|1\d\d|2[0-4]\d|25[0-5])){2}"
    r"\.(?:\d\d?|1\d\d|2[0-4]\d|25[0-5])"
)
_HEX = "[0-9a-fA-F]{1,4}"
_BYTE = r"(?:25[0-5]|(?:2[0-4]|1?\d)?\d)"
_DOTTED = rf"(?:{_BYTE}\.){{3}}{_BYTE}"
_IPV6 = "|".join(
    [
        rf"(?:{_HEX}:){{7}}{_HEX}",
        rf"(?:{_HEX}:){{1,7}}:",
        *(rf"(?:{_HEX}:){{1,{7 - after}}}(?::{_HEX}){{1,{after}}}" for after in range(1, 7)),
        rf":(?:(?::{_HEX}){{1,7}}|:)",
        "fe80:(?::[0-9a-fA-F]{0,4}){0,4}%[0-9a-zA-Z]+",
        rf"::(?:ffff(?::0{{1,4}})?:)?{_DOTTED}",
        rf"(?:{_HEX}:){{1,4}}:{_DOTTED}",
    ]
)
_WIDE = r"a-zA-Z\x{a1}-\x{ffff}"
_PLAIN = r"[a-zA-Z0-9](?:[a-zA-Z0-9_-]+)?[a-zA-Z0-9](?:[.-][a-zA-Z0-9]+)*"
_DEEP = r"www\.|[a-zA-Z0-9]+(?:[-_.]?[a-zA-Z0-9])*[a-zA-Z0-9]\.[a-zA-Z0-9]+"
_NAME = rf"(?:{_PLAIN}|{_DEEP})?(?:[{_WIDE}0-9]+-?-?)*[{_WIDE}0-9]+(?:\.[{_WIDE}]+)?"
_URL = (
    rf"^(?:(?:ftp|tcp|udp|wss?|https?)://)?(?:\S+(?::\S*)?@)?(?:{_IPV4}|\[(?:{_IPV6})\]|{_NAME})"
    r"\.?(?::\d{1,5})?(?:[/?#]\S*)?$"
)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z\d+.-]*:", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_BROKEN_ESCAPE = re.compile(r"%(?![\da-fA-F]{2})", re.ASCII)
_USER = re.compile(r"(?:[\w.:~!$&'()*+,;=@-]|%[\da-fA-F]{2})*", re.ASCII)
# A port may be empty; of characters beyond ASCII, any may be part of a name.
_HOST = re.compile(
    r"(?:\[[\da-fA-F:.]*(?:%25[^\]]*)?\]|(?:[\w.~!$&'()*+,;=<>\"-]|[^\x00-\x7f]|%25|%[89a-fA-F][\da-fA-F])*)"
    r"(?::\d*)?",
    re.ASCII,
)
LEAST_BYTES = 4
MOST_CHARACTERS = 2082


class URLParts(NamedTuple):
    """What of an address is looked at; the host is with its port."""

    host: str
    path: str


class URLField(DomainsField, frozen=True, kw_only=True, tag="url"):
    """An address of the web, with or without its scheme."""

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with an address."""
        if not value:
            return REQUIRED if self.required else None
        if not is_url(value):
            return problem("validation_invalid_url", "Must be a valid url.")
        parts = split_url(value)
        if not self.is_allowed(parts.host if parts else ""):
            return problem("validation_url_domain_not_allowed", "Url domain is not allowed.")
        return None


def is_url(text: str) -> bool:
    """Whether a text is an address of the web."""
    if len(text.encode()) < LEAST_BYTES or len(text) > MOST_CHARACTERS or text.startswith("."):
        return False
    has_port_alone = ":" in text and "://" not in text
    parts = split_url(f"http://{text}" if has_port_alone else text)
    if parts is None or parts.host.startswith("."):
        return False
    if not parts.host and parts.path and "." not in parts.path:
        return False
    return matches(_URL, text)


def split_url(url: str) -> URLParts | None:
    """Return the host and the path of an address; None if Go's url.Parse refuses it.

    Source: https://pkg.go.dev/net/url#Parse.
    """
    bare, _, fragment = url.partition("#")
    scheme = _SCHEME.match(bare)
    rest = bare[scheme.end() :] if scheme else bare
    if bare.startswith(":") or _CONTROL.search(url) or _BROKEN_ESCAPE.search(fragment):
        return None
    path = rest.partition("?")[0]
    if not path.startswith("/"):
        if scheme:
            return URLParts("", "")
        return None if ":" in path.partition("/")[0] else _checked("", path)
    if not path.startswith("//") or (path.startswith("///") and not scheme):
        return _checked("", path)
    authority, slash, rest = path[2:].partition("/")
    user, _, host = authority.rpartition("@")
    if not _USER.fullmatch(user) or not _HOST.fullmatch(host):
        return None
    return _checked(host, slash + rest)


def _checked(host: str, path: str) -> URLParts | None:
    return None if _BROKEN_ESCAPE.search(path) else URLParts(host, path)
