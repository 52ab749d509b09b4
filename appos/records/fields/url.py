"""Addresses of the web."""

import re
from typing import Any

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
LEAST_BYTES = 4
MOST_CHARACTERS = 2082


class URLField(DomainsField, frozen=True, kw_only=True, tag="url"):
    """An address of the web, with or without its scheme."""

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with an address."""
        if not value:
            return REQUIRED if self.required else None
        if not is_url(value):
            return problem("validation_invalid_url", "Must be a valid url.")
        if not self.is_allowed(host_of(value) or ""):
            return problem("validation_url_domain_not_allowed", "Url domain is not allowed.")
        return None


def is_url(text: str) -> bool:
    """Whether a text is an address of the web."""
    if len(text.encode()) < LEAST_BYTES or len(text) > MOST_CHARACTERS or text.startswith("."):
        return False
    has_scheme = "://" in text
    host = host_of(text if has_scheme or ":" not in text else f"http://{text}")
    if host is None or host.startswith("."):
        return False
    return matches(_URL, text)


_SCHEME = re.compile(r"(?:[a-zA-Z][a-zA-Z\d+.-]*:)?", re.ASCII)
_BROKEN_ESCAPE = re.compile(r"%(?![\da-fA-F]{2})", re.ASCII)


def host_of(url: str) -> str | None:
    """Return the host of an address with its port, "" if it has none; None if Go's url.Parse refuses it."""
    found = re.match(r"(?:[a-zA-Z][a-zA-Z\d+.-]*:)?(?://([^/?#]*))?", url, re.ASCII)
    if found is None or _BROKEN_ESCAPE.search(url):
        return None
    return (found[1] or "").rpartition("@")[2]
