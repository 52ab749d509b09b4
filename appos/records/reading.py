"""Reading records: lists, single ones, and who may see them."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa

from appos.errors import ForbiddenError, InvalidError, NotFoundError, StoreError
from appos.records.collections import Collections
from appos.records.expand import Expander, parse_expands
from appos.records.models import Action, Collection, Record, RequestInfo
from appos.records.pick import parse_fields, pick
from appos.records.plans import Plan, Plans, compile_plan
from appos.records.resolve import Resolver
from appos.records.shown import record_json, table_of
from appos.store.database import Database
from appos.store.query import ListQuery

# PocketBase's words.
WRONG = "Something went wrong while processing your request."
NOT_FOUND = "The requested resource wasn't found."
SUPERUSERS_ONLY = "Only superusers can perform this action."

MOST_TOTALS = 1_000
# What a client's filter or sort may not name unless a superuser asks.
PRIVILEGED = ("@collection.", "@request.")

Shown = dict[str, Any]


class Reader:
    """Lists and shows records, each to whom it may be shown and as that one may see it."""

    def __init__(self, database: Database, collections: Collections) -> None:
        self._database = database
        self._collections = collections
        self._plans = Plans()
        # How many records a list has in all, by what was asked, with the stamp of the database it holds for.
        self._totals: OrderedDict[Hashable, tuple[int, int]] = OrderedDict()
        self._expander = Expander(self)

    @property
    def collections(self) -> Collections:
        """The collections whose records are read."""
        return self._collections

    def page(self, collection: Collection, query: ListQuery, info: RequestInfo) -> bytes:
        """Return one page of the records that `info` may list, as PocketBase's JSON.

        Its query may name `expand` and `fields`.

        Raises:
            ForbiddenError: the list is for superusers, or its filter is.
            InvalidError: the filter or the sort cannot be understood.
        """
        self._require_rule(collection, Action.LIST, info)
        _refuse_privileged(query, info)
        key = ("page", collection, query.filter, query.sort, query.skip_total, info.is_superuser)
        plan = self._plan(key, info, lambda: self._page_plan(collection, query, info))
        bounds = {"page_limit": query.per_page, "page_offset": query.offset}
        rows = self._run(plan, info, bounds)
        total = -1 if query.skip_total else self._total(collection, query, info, len(rows))
        items = self._finish(collection, rows, info)
        pages = -(-total // query.per_page) if total >= 0 else -1
        return (
            f'{{"items":[{",".join(items)}],"page":{query.page},"perPage":{query.per_page},'
            f'"totalItems":{total},"totalPages":{pages}}}\n'
        ).encode()

    def view(self, collection: Collection, record_id: str, info: RequestInfo) -> bytes:
        """Return one record as JSON, if `info` may view it.

        Raises:
            ForbiddenError: the record is for superusers.
            NotFoundError: there is none, or not for this one.
        """
        self._require_rule(collection, Action.VIEW, info)
        shown = self.show(collection, record_id, info, action=Action.VIEW)
        if shown is None:
            raise NotFoundError(NOT_FOUND)
        return shown

    def show(
        self, collection: Collection, record_id: str, info: RequestInfo, *, action: Action | None = None
    ) -> bytes | None:
        """Return one record as JSON, as `info` sees it, expanded and picked as its query asks.

        With `action`, None also if the rule of that action does not allow it.
        """
        key = ("show", collection, action, info.is_superuser)
        plan = self._plan(key, info, lambda: self._show_plan(collection, info, action))
        rows = self._run(plan, info, {"record_id": record_id})
        return f"{self._finish(collection, rows, info)[0]}\n".encode() if rows else None

    def find(self, collection: Collection, record_id: str) -> Record | None:
        """Return a record by its id, whoever asks."""
        key = ("find", collection)
        plan = self._plan(key, NOBODY, lambda: _find_plan(collection))
        rows = self._run(plan, NOBODY, {"record_id": record_id})
        if not rows:
            return None
        names = [field.name for field in collection.fields]
        return Record.from_row(collection, dict(zip(names, rows[0], strict=True)))

    def visible(self, collection: Collection, record_id: str, rule: str | None, info: RequestInfo) -> bool:
        """Whether a stored record satisfies a rule; superusers satisfy every rule."""
        if info.is_superuser:
            return True
        if rule is None:
            return False
        key = ("visible", collection, rule)
        plan = self._plan(key, info, lambda: self._rule_plan(collection, info, rule))
        return bool(self._run(plan, info, {"record_id": record_id}))

    def can_view(self, collection: Collection, record_id: str, info: RequestInfo) -> bool:
        """Whether a record may be viewed."""
        return self.visible(collection, record_id, collection.view_rule, info)

    def satisfies_unsaved(self, record: Record, rule: str, info: RequestInfo) -> bool:
        """Whether a record that is not stored satisfies a rule."""
        collection = record.collection
        key = ("unsaved", collection, rule)
        plan = self._plan(key, info, lambda: self._unsaved_plan(collection, info, rule))
        row = {f"unsaved_{name}": value for name, value in record.to_row().items()}
        return bool(self._run(plan, info, row))

    def related(
        self, collection: Collection, ids: Sequence[str], info: RequestInfo
    ) -> dict[str, Shown] | None:
        """Return those of some records that `info` may view, by their ids; None if it may view none at all.

        Each is a dict of JSON texts by names, to which an expansion may be added.
        """
        if collection.view_rule is None and not info.is_superuser:
            return None
        key = ("related", collection, info.is_superuser)
        plan = self._plan(key, info, lambda: self._related_plan(collection, info))
        found = self._run(plan, info, {"record_ids": msgspec.json.encode(list(ids)).decode()})
        return {record_id: _parts(text) for record_id, text in found}

    def rows(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run one query of the records' own, past every rule."""
        return self._database.fetch(sql, values)

    def _finish(
        self, collection: Collection, rows: Sequence[tuple[Any, ...]], info: RequestInfo
    ) -> list[str]:
        """Return the JSON texts of records, expanded and picked."""
        expands, fields = info.query.get("expand", ""), info.query.get("fields", "")
        if not rows or not (expands or fields):
            return [text for _, text in rows]
        shown = {record_id: _parts(text) for record_id, text in rows}
        if expands:
            self._expander.expand(collection, shown, parse_expands(expands), info)
        texts = [msgspec.json.encode(record) for record in shown.values()]
        if fields:
            wanted = parse_fields(fields)
            texts = [msgspec.json.encode(pick(msgspec.json.decode(text), wanted)) for text in texts]
        return [text.decode() for text in texts]

    def _total(self, collection: Collection, query: ListQuery, info: RequestInfo, found: int) -> int:
        # A page that is neither full nor empty is the last one: nothing has to be counted.
        if found < query.per_page and (found or query.page == 1):
            return query.offset + found
        key = ("total", collection, query.filter, info.is_superuser)
        plan = self._plan(key, info, lambda: self._total_plan(collection, query, info))
        values = plan.values(info, {})
        asked = (plan.sql, tuple(values.items()))
        stamp = self._database.stamp()
        known = self._totals.get(asked)
        if known is not None and known[0] == stamp:
            return known[1]
        total = int(self._fetch(plan.sql, values)[0][0])
        self._totals[asked] = (stamp, total)
        if len(self._totals) > MOST_TOTALS:
            self._totals.popitem(last=False)
        return total

    def _plan(self, key: tuple[Hashable, ...], info: RequestInfo, make: Any) -> Plan:
        """Return a compiled statement; a change of any collection makes all of them anew."""
        stamped = tuple(part.id if isinstance(part, Collection) else part for part in key)
        return self._plans.get((self._collections.version, *stamped), info, make)

    def _run(self, plan: Plan, info: RequestInfo, own: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self._fetch(plan.sql, plan.values(info, own))

    def _fetch(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run a query; what SQLite cannot make sense of was wrong in a filter or a rule."""
        try:
            return self._database.fetch(sql, values)
        except StoreError as error:
            if error.code == "store_failed":
                raise InvalidError(WRONG, code="invalid_filter") from error
            raise

    def _resolver(self, collection: Collection, info: RequestInfo, table: sa.FromClause) -> Resolver:
        return Resolver(collection, self._collections.find, info, allow_hidden=True, table=table)

    def _shown(
        self, collection: Collection, table: sa.FromClause, info: RequestInfo
    ) -> tuple[sa.ColumnElement[Any], tuple[Resolver, ...]]:
        """Return the expression that shows a row to `info`, and the resolvers that took part."""
        manage = collection.auth.manage_rule if collection.auth else None
        if info.is_superuser or not manage:
            return record_json(collection, table, shows_hidden=info.is_superuser), ()
        managed = table_of(collection).alias("managed")
        resolver = self._resolver(collection, info, managed)
        condition = resolver.where(manage)
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
            conditions.append(resolver.where(collection.list_rule))
        resolver.allow_hidden = info.is_superuser
        try:
            if query.filter:
                conditions.append(resolver.where(query.filter))
        except InvalidError as error:
            raise InvalidError(WRONG, code=error.code) from error
        return resolver, conditions

    def _page_plan(self, collection: Collection, query: ListQuery, info: RequestInfo) -> Plan:
        table = table_of(collection)
        resolver, conditions = self._filtered(collection, query, info, table)
        try:
            order = resolver.order_by(query.sort)
        except InvalidError as error:
            raise InvalidError(WRONG, code=error.code) from error
        found = sa.select(table.c._rowid_.label("found")).select_from(resolver.source).where(*conditions)
        if resolver.is_joined:
            found = found.distinct()
        limit, offset = sa.bindparam("page_limit"), sa.bindparam("page_offset")
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

    def _total_plan(self, collection: Collection, query: ListQuery, info: RequestInfo) -> Plan:
        table = table_of(collection)
        resolver, conditions = self._filtered(collection, query, info, table)
        counted = sa.func.count(table.c._rowid_.distinct()) if resolver.is_joined else sa.func.count()
        statement = sa.select(counted).select_from(resolver.source).where(*conditions)
        return compile_plan(statement, (resolver,), info)

    def _show_plan(self, collection: Collection, info: RequestInfo, action: Action | None) -> Plan:
        table = table_of(collection)
        rule = "" if action is None or info.is_superuser else collection.rule(action) or ""
        shown, managing = self._shown(collection, table, info)
        return self._one_plan(collection, table, info, rule, (table.c.id, shown), managing)

    def _rule_plan(self, collection: Collection, info: RequestInfo, rule: str) -> Plan:
        return self._one_plan(collection, table_of(collection), info, rule, (sa.literal(1),), ())

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
        conditions = [table.c.id == sa.bindparam("record_id")]
        if rule:
            conditions.append(resolver.where(rule))
        statement = sa.select(*columns).select_from(resolver.source).where(*conditions).limit(1)
        return compile_plan(statement, (resolver, *others), info)

    def _unsaved_plan(self, collection: Collection, info: RequestInfo, rule: str) -> Plan:
        values = [sa.bindparam(f"unsaved_{field.name}").label(field.name) for field in collection.fields]
        unsaved = sa.select(*values).cte("unsaved")
        resolver = self._resolver(collection, info, unsaved)
        condition = resolver.where(rule)
        statement = sa.select(sa.literal(1)).select_from(resolver.source).where(condition).limit(1)
        return compile_plan(statement, (resolver,), info)

    def _related_plan(self, collection: Collection, info: RequestInfo) -> Plan:
        table = table_of(collection)
        resolver = self._resolver(collection, info, table)
        wanted = sa.func.json_each(sa.bindparam("record_ids")).table_valued("value")
        conditions = [table.c.id.in_(sa.select(wanted.c.value))]
        if collection.view_rule and not info.is_superuser:
            conditions.append(resolver.where(collection.view_rule))
        shown, managing = self._shown(collection, table, info)
        statement = sa.select(table.c.id, shown).select_from(resolver.source).where(*conditions)
        if resolver.is_joined:
            statement = statement.distinct()
        return compile_plan(statement, (resolver, *managing), info)

    @staticmethod
    def _require_rule(collection: Collection, action: Action, info: RequestInfo) -> None:
        require_rule(collection, action, info)


NOBODY = RequestInfo()


def require_rule(collection: Collection, action: Action, info: RequestInfo) -> None:
    """Refuse an action that superusers alone may do.

    Raises:
        ForbiddenError: in PocketBase's words.
    """
    if collection.rule(action) is None and not info.is_superuser:
        raise ForbiddenError(SUPERUSERS_ONLY)


def _find_plan(collection: Collection) -> Plan:
    table = table_of(collection)
    columns = [table.c[field.name] for field in collection.fields]
    statement = sa.select(*columns).where(table.c.id == sa.bindparam("record_id"))
    return compile_plan(statement, (), NOBODY)


def _refuse_privileged(query: ListQuery, info: RequestInfo) -> None:
    if info.is_superuser:
        return
    for text in (query.filter, query.sort):
        for name in PRIVILEGED:
            if name in text:
                raise ForbiddenError(f"Only superusers can filter by {name}")


def _parts(text: str) -> Shown:
    parts: Shown = msgspec.json.decode(text, type=dict[str, msgspec.Raw])
    return parts
