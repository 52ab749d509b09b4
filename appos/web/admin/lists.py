"""Lists in the panel: Flask-Admin's model view over our services, which has no ORM and no table."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from flask import flash
from flask_admin.form import BaseForm
from flask_admin.model import BaseModelView

from appos.errors import InvalidError
from appos.store.query import ListQuery, Page
from appos.web.admin.base import PanelView
from appos.web.admin.filters import Filter, any_contains, quoted

# What Flask-Admin makes of an active filter: its number, its name and the value that was given.
Active = Sequence[tuple[int, str, str]]
EXPORT_PAGE = 1000


class ServiceView(PanelView, BaseModelView):  # type: ignore[misc]
    """A list that a service answers, read-only unless a subclass says otherwise."""

    can_create = can_edit = can_delete = False
    can_export = True
    can_set_page_size = True
    named_filter_urls = True
    export_max_rows = 100_000
    column_type_formatters: dict[type, Any] = {}
    column_type_formatters_export: dict[type, Any] = {}
    column_formatters_export: dict[str, Any] = {}
    # The fields that the search looks at, what stands in its box, and what an empty list says.
    searched: tuple[str, ...] = ()
    search_hint = "Search"
    empty_hint = "There is nothing here yet."
    intro = ""

    def fetch(self, query: ListQuery) -> Page[Any]:
        """Return one page of what the list shows."""
        raise NotImplementedError

    def get_pk_value(self, model: Any) -> str:
        """Return a row's id."""
        return str(model.id)

    def scaffold_list_columns(self) -> list[str]:
        """Return no columns: each view names its own."""
        return []

    def scaffold_sortable_columns(self) -> dict[str, str]:
        """Return no columns: each view names its own."""
        return {}

    def scaffold_form(self) -> type[Any]:
        """Return a form without fields, for views that change nothing."""
        return BaseForm  # type: ignore[no-any-return]

    def init_search(self) -> bool:
        """Whether the list can be searched."""
        return bool(self.searched)

    def search_placeholder(self) -> str:
        """Return what stands in the empty search box."""
        return self.search_hint

    def _get_list_filter_args(self) -> Active:
        return [active for active in super()._get_list_filter_args() or [] if active[2]]

    def controls(self, active: Active | None) -> list[dict[str, Any]]:
        """Return the controls of the filters, with the values that they have now."""
        values = {index: value for index, _, value in active or []}
        return [
            {
                "label": flt.name,
                "name": f"flt{index}_{self.get_filter_arg(index, flt)}",
                "options": flt.options,
                "widget": flt.widget,
                "value": values.get(index, ""),
            }
            for index, flt in enumerate(self._filters or [])
        ]

    def get_list(
        self,
        page: int | None,
        sort_field: str | None,
        sort_desc: bool,
        search: str | None,
        filters: Active | None,
        page_size: int | None = None,
    ) -> tuple[int, list[Any]]:
        """Return how many rows there are and those of one page."""
        query = ListQuery(
            page=(page or 0) + 1,
            per_page=page_size or self.page_size,
            sort=self._sort(sort_field, sort_desc),
            filter=" && ".join(self._conditions(search, filters)),
        )
        try:
            found = self.fetch(query)
        except InvalidError as error:
            flash(error.message, "error")
            return 0, []
        return found.total_items, found.items

    def get_one(self, id: str) -> Any:  # noqa: A002 - Flask-Admin's own name
        """Return one row by its id, or None."""
        found = self.fetch(ListQuery(per_page=1, filter=f"id = {quoted(id)}"))
        return found.items[0] if found.items else None

    def _sort(self, sort_field: str | None, sort_desc: bool) -> str:
        # Rows that are equal otherwise come as they were added, so that no page repeats one of another.
        if sort_field is None:
            return "-created,-@rowid"
        sign = "-" if sort_desc else ""
        return f"{sign}{self._sortable_columns[sort_field]},{sign}@rowid"

    def _conditions(self, search: str | None, filters: Active | None) -> list[str]:
        known: Sequence[Filter] = self._filters or []
        conditions = [known[index].condition(value) for index, _, value in filters or []]
        if search and search.strip() and self.searched:
            conditions.append(any_contains(self.searched, search.strip()))
        return conditions

    def _export_data(self) -> tuple[int, Iterator[Any]]:
        asked = self._get_list_extra_args()
        column = self._get_column_by_idx(asked.sort)
        # What is added while the export runs would move rows from one page to the next.
        now = datetime.now(UTC).isoformat(" ", "milliseconds").replace("+00:00", "Z")
        conditions = [*self._conditions(asked.search, asked.filters), f"created <= {quoted(now)}"]
        query = ListQuery(
            per_page=EXPORT_PAGE,
            sort=self._sort(column[0] if column else None, asked.sort_desc),
            filter=" && ".join(conditions),
            skip_total=True,
        )
        first = self.fetch(query).items
        return 0, self._rows(query, first)

    def _rows(self, query: ListQuery, items: list[Any]) -> Iterator[Any]:
        """Yield the rows of every page, up to the bound of an export."""
        last = self.export_max_rows // EXPORT_PAGE
        for number in range(2, last + 2):
            yield from items
            if len(items) < EXPORT_PAGE or number > last:
                return
            items = self.fetch(
                ListQuery(
                    page=number, per_page=EXPORT_PAGE, sort=query.sort, filter=query.filter, skip_total=True
                )
            ).items

    def get_export_value(self, model: Any, name: str) -> str:
        """Return a cell of an export. A text that a spreadsheet would run as a formula is marked as text."""
        value = str(super().get_export_value(model, name))
        return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
