"""Reading records: lists, single ones, and who may see them."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import msgspec

from appos.errors import ForbiddenError, InvalidError, NotFoundError, StoreError
from appos.records.collections import Collections
from appos.records.expand import Expander, parse_expands
from appos.records.models import REALTIME, Action, Collection, Record, RequestInfo
from appos.records.pick import parse_fields, pick
from appos.records.plans import Plan, Plans
from appos.records.read_plans import WRONG, ReadPlans, find_plan
from appos.store.database import Database
from appos.store.query import ListQuery
from appos.store.scan import FilterError

# PocketBase's words.
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
        self._make = ReadPlans(collections)
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
        require_rule(collection, Action.LIST, info)
        _refuse_privileged(query, info)
        key = ("page", query.filter, query.sort, query.skip_total, info.is_superuser)
        plan = self._plans.get(collection, key, info, lambda: self._make.page(collection, query, info))
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
        require_rule(collection, Action.VIEW, info)
        try:
            shown = self.show(collection, record_id, info, action=Action.VIEW)
        except FilterError:
            # The rule names what is no more.
            shown = None
        if shown is None:
            raise NotFoundError(NOT_FOUND)
        return shown

    def show(
        self, collection: Collection, record_id: str, info: RequestInfo, *, action: Action | None = None
    ) -> bytes | None:
        """Return one record as JSON, as `info` sees it, expanded and picked as its query asks.

        With `action`, None also if the rule of that action does not allow it.
        """
        key = ("show", action, info.is_superuser, info.context == REALTIME)
        plan = self._plans.get(collection, key, info, lambda: self._make.show(collection, info, action))
        rows = self._run(plan, info, {"record_id": record_id})
        return f"{self._finish(collection, rows, info)[0]}\n".encode() if rows else None

    def find(self, collection: Collection, record_id: str) -> Record | None:
        """Return a record by its id, whoever asks."""
        return self.find_by(collection, "id", record_id)

    def find_by(
        self, collection: Collection, field: str, value: str, *, ignores_case: bool = False
    ) -> Record | None:
        """Return the record with this value of a field that has one for each record, whoever asks."""
        key = ("find", field, ignores_case)
        plan = self._plans.get(
            collection, key, NOBODY, lambda: find_plan(collection, field, ignores_case=ignores_case)
        )
        rows = self._run(plan, NOBODY, {"value": value})
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
        key = ("visible", rule)
        try:
            plan = self._plans.get(collection, key, info, lambda: self._make.rule(collection, info, rule))
        except FilterError:
            # A rule that names what is no more is satisfied by nothing.
            return False
        return bool(self._run(plan, info, {"record_id": record_id}))

    def matches(self, collection: Collection, record_id: str, info: RequestInfo) -> bool:
        """Whether a stored record satisfies the `filter` that the query of `info` names.

        One that cannot be understood, or names what it may not, is not satisfied. Unlike in a list, hidden
        fields may not be named by superusers either. Source: PocketBase 0.36, subscriptions with a filter.
        """
        query = ListQuery(filter=info.query.get("filter", ""), sort=info.query.get("sort", ""))
        key = ("matches", query.filter)
        try:
            _refuse_privileged(query, info)
            plan = self._plans.get(
                collection, key, info, lambda: self._make.filter(collection, info, query.filter)
            )
            return bool(self._run(plan, info, {"record_id": record_id}))
        except (ForbiddenError, InvalidError):
            return False

    def can_view(self, collection: Collection, record_id: str, info: RequestInfo) -> bool:
        """Whether a record may be viewed."""
        return self.visible(collection, record_id, collection.view_rule, info)

    def satisfies_unsaved(self, record: Record, rule: str, info: RequestInfo) -> bool:
        """Whether a record that is not stored satisfies a rule."""
        collection = record.collection
        key = ("unsaved", rule)
        try:
            plan = self._plans.get(collection, key, info, lambda: self._make.unsaved(collection, info, rule))
        except FilterError:
            return False
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
        key = ("related", info.is_superuser)
        plan = self._plans.get(collection, key, info, lambda: self._make.related(collection, info))
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
        texts = [msgspec.json.encode(record, order="sorted") for record in shown.values()]
        if fields:
            wanted = parse_fields(fields)
            texts = [msgspec.json.encode(pick(msgspec.json.decode(text), wanted)) for text in texts]
        return [text.decode() for text in texts]

    def _total(self, collection: Collection, query: ListQuery, info: RequestInfo, found: int) -> int:
        # A page that is neither full nor empty is the last one: nothing has to be counted.
        if found < query.per_page and (found or query.page == 1):
            return query.offset + found
        key = ("total", query.filter, query.sort, info.is_superuser)
        plan = self._plans.get(collection, key, info, lambda: self._make.total(collection, query, info))
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

    def _run(self, plan: Plan, info: RequestInfo, own: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        return self._fetch(plan.sql, plan.values(info, own))

    def _fetch(self, sql: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Run a query; what SQLite cannot make sense of, or end in time, was wrong in a filter or a rule."""
        try:
            return self._database.fetch(sql, values)
        except StoreError as error:
            if error.code in ("store_failed", "interrupted"):
                raise InvalidError(WRONG, code="invalid_filter") from error
            raise


NOBODY = RequestInfo()


def require_rule(collection: Collection, action: Action, info: RequestInfo) -> None:
    """Refuse an action that superusers alone may do.

    Raises:
        ForbiddenError: in PocketBase's words.
    """
    if collection.rule(action) is None and not info.is_superuser:
        raise ForbiddenError(SUPERUSERS_ONLY)


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
