"""Statements that are compiled once and run again and again for other requests."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from appos.records.models import Collection, RequestInfo
from appos.records.resolve import Resolver
from appos.records.shown import VIEWER

MOST_PLANS = 2_000
# Requests can be unlike in many ways that change what has to be asked (a parameter that is missing, say).
MOST_VARIANTS = 16

_DIALECT = sqlite.dialect(paramstyle="named")


class Plan(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One compiled statement, with its constant values and what of a request it depends on."""

    sql: str
    constants: Mapping[str, Any]
    resolvers: tuple[Resolver, ...]
    signatures: tuple[Hashable, ...]

    def suits(self, info: RequestInfo) -> bool:
        """Whether the statement means for this request what it meant for the one it was compiled for."""
        return all(
            resolver.signature(info) == signature
            for resolver, signature in zip(self.resolvers, self.signatures, strict=True)
        )

    def values(self, info: RequestInfo, own: Mapping[str, Any]) -> dict[str, Any]:
        """Return every bound value: the constants, those of the request, and the caller's own."""
        values = {**self.constants, VIEWER: info.auth.id if info.auth else "", **own}
        for resolver in self.resolvers:
            values.update(resolver.bindings(info))
        return values


def compile_plan(statement: sa.Select[Any], resolvers: tuple[Resolver, ...], info: RequestInfo) -> Plan:
    """Compile a statement in which `resolvers` made conditions for `info`."""
    compiled = statement.compile(dialect=_DIALECT)
    return Plan(
        sql=str(compiled),
        constants={name: value for name, value in compiled.params.items() if value is not None},
        resolvers=resolvers,
        signatures=tuple(resolver.signature(info) for resolver in resolvers),
    )


class Plans:
    """The plans that were used last.

    Those of a collection are kept for one object of it. Any change of any collection makes all objects of
    collections anew (`Collections`), and with them the plans, which may look into other collections too.
    """

    def __init__(self) -> None:
        self._plans: OrderedDict[Hashable, tuple[Collection, list[Plan]]] = OrderedDict()

    def get(
        self, collection: Collection, key: tuple[Hashable, ...], info: RequestInfo, make: Callable[[], Plan]
    ) -> Plan:
        """Return the plan of a collection and a key that suits a request, made if there is none yet."""
        whole = (id(collection), *key)
        kept = self._plans.get(whole)
        if kept is None:
            # While the collection is kept here, its identity is no other's.
            kept = self._plans[whole] = (collection, [])
            if len(self._plans) > MOST_PLANS:
                self._plans.popitem(last=False)
        else:
            self._plans.move_to_end(whole)
        variants = kept[1]
        for plan in variants:
            if plan.suits(info):
                return plan
        plan = make()
        variants.insert(0, plan)
        del variants[MOST_VARIANTS:]
        return plan
