"""The statements that read records, compiled for a request and for all that are like it."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from appos.errors import InvalidError
from appos.records.collections import Collections
from appos.records.models import REALTIME, Action, Collection, RequestInfo
from appos.records.plans import Plan, compile_plan
from appos.records.resolve import Resolver
from appos.records.shown import record_json, table_of
from appos.store.query import ListQuery

# PocketBase's words.
WRONG = "Something went wrong while processing your request."


class ReadPlans:
    """Compiles what the reader runs. Bound values that the reader fills in: see each method."""

    def __init__(self, collections: Collections) -> None:
        self._collections = collections

    def _resolver(self, collection: Collection, info: RequestInfo, table: sa.FromClause) -> Resolver:
        return Resolver(collection, self._collections.find, info, allow_hidden=True, table=table)

    def _shown(
        self, collection: Collection, table: sa.FromClause, info: RequestInfo
    ) -> tuple[sa.ColumnElement[Any], tuple[Resolver, ...]]:
        """Return the expression that shows a row to `info`, and the resolvers that took part."""
        manage = collection.auth.manage_rule if collection.auth else None
        if info.is_superuser:
            # Source: PocketBase 0.36; events show hidden fields to nobody, but those of expanded records.
            shows_hidden = info.context != REALTIME
            return record_json(collection, table, shows_hidden=shows_hidden, shows_email=True), ()
        if not manage:
            return record_json(collection, table, shows_hidden=False), ()
        managed = table_of(collection).alias("managed")
        resolver = self._resolver(collection, info, managed)
        condition = resolver.where(manage, is_rule=True)
        is_managed = (
            sa.select(sa.literal(1))
            .select_from(resolver.source)
            .where(managed.c.id == table.c.id, condition)
            .correlate(table)
            .exists()
        )
        return record_json(collection, table, shows_hidden=False, is_managed=is_managed), (resolver,)

    def _filtered(
        self, collection: Collection, query: ListQuery, info: RequestInfo, table: sa.FromClause
    ) -> tuple[Resolver, list[sa.ColumnElement[bool]]]:
        resolver = self._resolver(collection, info, table)
        conditions = []
        if collection.list_rule and not info.is_superuser:
            conditions.append(self._understood(resolver, collection.list_rule, is_rule=True))
        resolver.allow_hidden = info.is_superuser
        if query.filter:
            conditions.append(self._understood(resolver, query.filter))
        return resolver, conditions

    @staticmethod
    def _understood(resolver: Resolver, text: str, *, is_rule: bool = False) -> sa.ColumnElement[bool]:
        """Return a condition; why it cannot be understood, no client is told, as in PocketBase."""
        try:
            return resolver.where(text, is_rule=is_rule)
        except InvalidError as error:
            raise InvalidError(WRONG, code=error.code) from error

    def page(self, collection: Collection, query: ListQuery, info: RequestInfo) -> Plan:
        """Return the page of a list: bound: `page_limit`, `page_offset`; rows have an id and JSON."""
        table = table_of(collection)
        resolver, conditions = self._filtered(collection, query, info, table)
        try:
            order = resolver.order_by(query.sort)
        except InvalidError as error:
            raise InvalidError(WRONG, code=error.code) from error
        found = sa.select(table.c._rowid_.label("found")).select_from(resolver.source).where(*conditions)
        if resolver.is_joined:
            found = found.distinct()
        limit, offset = (sa.bindparam(name, type_=sa.Integer()) for name in ("page_limit", "page_offset"))
        page = found.order_by(*order).limit(limit).offset(offset).subquery("page")
        # Rows are sorted by their numbers alone, and shown one by one in that order.
        record = table_of(collection).alias("record")
        shown, managing = self._shown(collection, record, info)
        here = record.c._rowid_ == page.c.found
        statement = sa.select(
            sa.select(record.c.id).where(here).scalar_subquery(),
            sa.select(shown).select_from(record).where(here).scalar_subquery(),
        ).select_from(page)
        return compile_plan(statement, (resolver, *managing), info)

    def total(self, collection: Collection, query: ListQuery, info: RequestInfo) -> Plan:
        """Return the number of all records of a list."""
        table = table_of(collection)
        resolver, conditions = self._filtered(collection, query, info, table)
        # Of what a client sorts by, the rows alone are listed that it may look into.
        resolver.order_by(query.sort)
        counted = sa.func.count(table.c._rowid_.distinct()) if resolver.is_joined else sa.func.count()
        statement = sa.select(counted).select_from(resolver.source).where(*conditions)
        return compile_plan(statement, (resolver,), info)

    def show(self, collection: Collection, info: RequestInfo, action: Action | None) -> Plan:
        """Return one record as JSON, by `record_id`, if the rule of the action allows it."""
        table = table_of(collection)
        rule = "" if action is None or info.is_superuser else collection.rule(action) or ""
        shown, managing = self._shown(collection, table, info)
        return self._one_plan(collection, table, info, rule, (table.c.id, shown), managing)

    def rule(self, collection: Collection, info: RequestInfo, rule: str) -> Plan:
        """Return whether the record `record_id` satisfies a rule."""
        return self._one_plan(collection, table_of(collection), info, rule, (sa.literal(1),), ())

    def filter(self, collection: Collection, info: RequestInfo, text: str) -> Plan:
        """Return whether the record `record_id` satisfies a filter that names no hidden field."""
        table = table_of(collection)
        resolver = self._resolver(collection, info, table)
        resolver.allow_hidden = False
        here = table.c.id == sa.bindparam("record_id")
        condition = resolver.where(text)
        statement = sa.select(sa.literal(1)).select_from(resolver.source).where(here, condition).limit(1)
        return compile_plan(statement, (resolver,), info)

    def _one_plan(
        self,
        collection: Collection,
        table: sa.FromClause,
        info: RequestInfo,
        rule: str,
        columns: Sequence[sa.ColumnElement[Any]],
        others: tuple[Resolver, ...],
    ) -> Plan:
        resolver = self._resolver(collection, info, table)
        conditions: list[sa.ColumnElement[bool]] = [table.c.id == sa.bindparam("record_id")]
        if rule:
            conditions.append(resolver.where(rule, is_rule=True))
        statement = sa.select(*columns).select_from(resolver.source).where(*conditions).limit(1)
        return compile_plan(statement, (resolver, *others), info)

    def unsaved(self, collection: Collection, info: RequestInfo, rule: str) -> Plan:
        """Return whether a record that is not stored satisfies a rule: each field is bound as `unsaved_…`."""
        values: list[sa.ColumnElement[Any]] = [
            sa.bindparam(f"unsaved_{field.name}").label(field.name) for field in collection.fields
        ]
        unsaved = sa.select(*values).cte("unsaved")
        resolver = self._resolver(collection, info, unsaved)
        condition = resolver.where(rule, is_rule=True)
        statement = sa.select(sa.literal(1)).select_from(resolver.source).where(condition).limit(1)
        return compile_plan(statement, (resolver,), info)

    def related(self, collection: Collection, info: RequestInfo) -> Plan:
        """Return those of the records `record_ids` (a JSON array) that may be viewed: id and JSON of each."""
        table = table_of(collection)
        resolver = self._resolver(collection, info, table)
        wanted = sa.func.json_each(sa.bindparam("record_ids")).table_valued("value")
        conditions: list[sa.ColumnElement[bool]] = [table.c.id.in_(sa.select(wanted.c.value))]
        if collection.view_rule and not info.is_superuser:
            conditions.append(resolver.where(collection.view_rule, is_rule=True))
        shown, managing = self._shown(collection, table, info)
        statement = sa.select(table.c.id, shown).select_from(resolver.source).where(*conditions)
        if resolver.is_joined:
            statement = statement.distinct()
        return compile_plan(statement, (resolver, *managing), info)


def find_plan(collection: Collection, field: str, *, ignores_case: bool) -> Plan:
    """Return the statement for the columns of the record whose `field` is the bound `value`."""
    table = table_of(collection)
    columns = [table.c[each.name] for each in collection.fields]
    column: sa.ColumnElement[Any] = table.c[field]
    if ignores_case:
        column = sa.collate(column, "NOCASE")
    statement = sa.select(*columns).where(column == sa.bindparam("value")).limit(1)
    return compile_plan(statement, (), RequestInfo())
