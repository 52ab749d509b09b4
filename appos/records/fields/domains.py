"""Lists of domains, of which a value's must be one or must be none."""

import re
from collections.abc import Mapping
from typing import Any

from appos.records.fields.base import Field, OptionsContext
from appos.records.fields.cast import as_text
from appos.records.fields.problems import Problem, problem
from appos.records.fields.rules import must_be_empty, stated

_LABEL = r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+[a-zA-Z]{{1,63}}")


class DomainsField(Field, frozen=True, kw_only=True):
    """A text with a domain, which may be held to `only_domains` or kept off `except_domains`."""

    except_domains: tuple[str, ...] | None = None
    only_domains: tuple[str, ...] | None = None
    required: bool = False

    def cast(self, raw: Any) -> str:
        """Return text as it is, and numbers and truths as text."""
        return as_text(raw)

    def is_allowed(self, domain: str) -> bool:
        """Whether a value may have this domain."""
        if self.only_domains and domain not in self.only_domains:
            return False
        return not self.except_domains or domain not in self.except_domains

    def check_options(self, context: OptionsContext) -> Mapping[str, Problem]:
        """Return what is wrong with the lists, of which there may be one alone."""
        return stated(
            {
                **super().check_options(context),
                "exceptDomains": _check_domains(self.except_domains, self.only_domains),
                "onlyDomains": _check_domains(self.only_domains, self.except_domains),
            }
        )


def _check_domains(domains: tuple[str, ...] | None, others: tuple[str, ...] | None) -> Problem | None:
    if others:
        return must_be_empty(domains)
    wrong = problem("validation_is_domain", "Must be a valid domain.")
    return {
        str(index): wrong
        for index, domain in enumerate(domains or ())
        if domain and not _DOMAIN.fullmatch(domain)
    } or None
