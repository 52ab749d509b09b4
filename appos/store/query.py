"""Lists: pages of a table, filtered and sorted as a client asks."""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Generic, TypeVar

import dataset
import msgspec
import sqlalchemy
from sqlalchemy import ColumnElement

from appos.store.compile import Fields, field_column, unknown_field, where_filter
from appos.store.database import Row, plain_row
from appos.store.filter import Identifier, identifiers, parse_filter
from appos.store.scan import FilterError

DEFAULT_PER_PAGE = 30
MAX_PER_PAGE = 1000
MAX_SORT_TERMS = 8
MAX_SORT_BYTES = 255
_MAX_OFFSET = 2**63 - 1

T = TypeVar("T")


class ListQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a client asks of a list.

    Numbers out of range are moved into it, as PocketBase does: a page below 1 is the first one, a `per_page`
    below 1 is the default, one above 1000 is 1000.
    """

    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    sort: str = ""
    filter: str = ""
    skip_total: bool = False

    def __post_init__(self) -> None:
        per_page = min(self.per_page, MAX_PER_PAGE) if self.per_page > 0 else DEFAULT_PER_PAGE
        msgspec.structs.force_setattr(self, "per_page", per_page)
        msgspec.structs.force_setattr(self, "page", max(self.page, 1))

    @property
    def offset(self) -> int:
        """How many rows lie before the page."""
        return min((self.page - 1) * self.per_page, _MAX_OFFSET)


class Page(msgspec.Struct, Generic[T], frozen=True, kw_only=True, rename="camel"):
    """One page of a list, in PocketBase's shape; both totals are -1 if the client skipped them."""

    items: list[T]
    page: int
    per_page: int
    total_items: int
    total_pages: int

    @classmethod
    def of(cls, items: list[T], query: ListQuery, total: int) -> "Page[T]":
        """Return the page that answers `query`; `total` counts the items of all pages, or is -1."""
        return cls(
            items=items,
            page=query.page,
            per_page=query.per_page,
            total_items=total,
            total_pages=-(-total // query.per_page) if total >= 0 else -1,
        )


class SortTerm(msgspec.Struct, frozen=True):
    """A field, `@random` or `@rowid`, and a direction."""

    name: str
    descending: bool = False


def parse_sort(text: str) -> tuple[SortTerm, ...]:
    """Parse `-created,+name,@random`; no text, no terms.

    Raises:
        FilterError: `invalid_sort`; there are too many terms, or one is too long.
    """
    if not text:
        return ()
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > MAX_SORT_TERMS:
        advice = f"The sort has {len(parts)} terms. Use {MAX_SORT_TERMS} or fewer."
        raise _invalid_sort(advice, "max sort expressions limit reached")
    terms = tuple(SortTerm(part[part[:1] in {"+", "-"} :], part.startswith("-")) for part in parts)
    if any(len(term.name.encode(errors="replace")) > MAX_SORT_BYTES for term in terms):
        advice = f"The sort has a term of more than {MAX_SORT_BYTES} bytes. Shorten it."
        raise _invalid_sort(advice, "max sort field length limit reached")
    return terms


def _invalid_sort(message: str, reason: str) -> FilterError:
    return FilterError(message, reason=reason, code="invalid_sort", parameter="sort")


def order_by(terms: Sequence[SortTerm], fields: Fields) -> list[ColumnElement[Any]]:
    """Return the terms of an ORDER BY. The rowid comes last, directed as the first term, and breaks ties.

    Raises:
        FilterError: `unknown_field`, in its field `sort`.
    """
    return ordered(terms, lambda name: _sort_column(name, fields))


def ordered(
    terms: Sequence[SortTerm], column: Callable[[str], ColumnElement[Any]]
) -> list[ColumnElement[Any]]:
    """Return the terms of an ORDER BY, with the column of each name and of `@rowid`, which breaks ties."""
    descending = bool(terms) and terms[0].descending
    directed = (*terms, SortTerm("@rowid", descending))
    return [column(term.name).desc() if term.descending else column(term.name).asc() for term in directed]


def refuse_modifiers(query: ListQuery) -> None:
    """Refuse `:lower` and the like, which PocketBase's lists of other things than records do not know.

    Raises:
        FilterError: `unknown_field`, or the filter or the sort cannot be understood.
    """
    sorted_by = [Identifier.parse(term.name) for term in parse_sort(query.sort)]
    filtered_by = identifiers(parse_filter(query.filter)) if query.filter else ()
    for identifier in (*sorted_by, *filtered_by):
        if identifier.modifier:
            raise unknown_field(identifier, {}, "filter")


def paginate(
    db: dataset.Database,
    table: sqlalchemy.TableClause,
    query: ListQuery,
    *,
    columns: Iterable[ColumnElement[Any]] | None = None,
    fields: Fields | None = None,
    where: ColumnElement[bool] | None = None,
    default_sort: str = "",
) -> tuple[list[Row], int]:
    """Return the rows of the page that `query` asks for, and how many there are on all pages (-1 if skipped).

    `columns` are selected (default: all of the table). `fields` may be named in filter and sort (default: the
    columns, by their names): what is not selected cannot be guessed by filters either. `where` holds besides
    the filter; `default_sort` is used when the client gives no sort. To be called within a transaction.

    Raises:
        InvalidError: `invalid_filter`, `invalid_sort` or `unknown_field`.
    """
    selected = list(table.columns if columns is None else columns)
    known = {str(column.key): column for column in selected} if fields is None else fields
    conditions = [] if where is None else [where]
    if query.filter:
        conditions.append(where_filter(query.filter, known))
    statement = (
        sqlalchemy.select(*selected)
        .select_from(table)
        .where(*conditions)
        .order_by(*order_by(parse_sort(query.sort or default_sort), known))
        .limit(query.per_page)
        .offset(query.offset)
    )
    rows = [plain_row(row._mapping.items()) for row in _run(db, statement)]
    if query.skip_total:
        return rows, -1
    return rows, _total(db, table, conditions, query, len(rows))


def list_page(
    db: dataset.Database,
    table: sqlalchemy.TableClause,
    query: ListQuery,
    model: Callable[[Row], T],
    *,
    columns: Iterable[ColumnElement[Any]] | None = None,
    default_sort: str = "",
) -> Page[T]:
    """Return the page that `query` asks for, each row made a model.

    Raises:
        InvalidError: as `paginate`.
    """
    found, total = paginate(db, table, query, columns=columns, default_sort=default_sort)
    return Page.of([model(row) for row in found], query, total)


def _total(
    db: dataset.Database,
    table: sqlalchemy.TableClause,
    conditions: list[ColumnElement[bool]],
    query: ListQuery,
    found: int,
) -> int:
    # A page that is neither full nor empty is the last one: no second scan is needed.
    if found < query.per_page and (found or query.page == 1):
        return query.offset + found
    count = sqlalchemy.select(sqlalchemy.func.count()).select_from(table).where(*conditions)
    return int(_run(db, count)[0][0])


def _run(db: dataset.Database, statement: sqlalchemy.Select[Any]) -> Sequence[sqlalchemy.Row[Any]]:
    """Return all rows; what SQLite cannot make sense of was wrong in the filter, or in a row that it met."""
    try:
        found: Sequence[sqlalchemy.Row[Any]] = db.executable.execute(statement).all()
    except sqlalchemy.exc.OperationalError as error:
        if getattr(error.orig, "sqlite_errorcode", None) != sqlite3.SQLITE_ERROR:
            raise
        reason = str(error.orig)
        raise FilterError(f"The filter cannot be applied: {reason}. Ask otherwise.", reason=reason) from error
    return found


def _sort_column(name: str, fields: Fields) -> ColumnElement[Any]:
    if name == "@random":
        return sqlalchemy.func.random()
    if name == "@rowid":
        return sqlalchemy.column("rowid", sqlalchemy.Integer())
    identifier = Identifier.parse(name)
    column = field_column(identifier, fields)
    if column is None:
        raise unknown_field(identifier, fields, "sort")
    return column
