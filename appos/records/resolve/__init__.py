"""Filters, rules and sorts over collections: what a path in them stands for, joined through relations."""

from appos.records.resolve.resolver import Resolver

__all__ = ["Resolver"]
