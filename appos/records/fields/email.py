"""Addresses of e-mail."""

from typing import Any

from appos.records.fields.base import ValueContext
from appos.records.fields.domains import DomainsField
from appos.records.fields.patterns import matches
from appos.records.fields.problems import REQUIRED, Problem, problem

# Source: the e-mail addresses of github.com/asaskevich/govalidator, as PocketBase 0.36 takes them.
_LETTER = r"a-zA-Z\x{A0}-\x{D7FF}\x{F900}-\x{FDCF}\x{FDF0}-\x{FFEF}"
_ATOM = rf"[{_LETTER}\d!#$%&'*+/=?^_`{{|}}~-]+"
_SPACE = r"(?:[ \t]*\r\n)?[ \t]+"
# As it is checked, each character within quotes has a quote of its own before it.
_QUOTED = (
    rf'(?:"(?:{_SPACE})?(?:[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\x21\x23-\x5b\x5d-\x7e{_LETTER}]'
    rf'|\([\x01-\x09\x0b\x0c\x0d-\x7f]))*(?:{_SPACE})?"'
)
_LABEL = rf"[{_LETTER}\d](?:[{_LETTER}\d._~-]*[{_LETTER}\d])?"
_TOP = rf"[{_LETTER}](?:[{_LETTER}\d_~-]*[{_LETTER}])?"
_EMAIL = rf"^(?:{_ATOM}(?:\.{_ATOM})*|{_QUOTED})@(?:{_LABEL}\.)+{_TOP}\.?$"


class EmailField(DomainsField, frozen=True, kw_only=True, tag="email"):
    """An address of e-mail."""

    def check_value(self, value: Any, context: ValueContext) -> Problem | None:
        """Return what is wrong with an address."""
        if not value:
            return REQUIRED if self.required else None
        if not is_email(value):
            return problem("validation_is_email", "Must be a valid email address.")
        if not self.is_allowed(value.rpartition("@")[2]):
            return problem("validation_email_domain_not_allowed", "Email domain is not allowed.")
        return None


def is_email(text: str) -> bool:
    """Whether a text is an address of e-mail, whose domain has a dot."""
    return matches(_EMAIL, text)
