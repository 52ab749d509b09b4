"""The pages of a collection's records; the name of the collection stands in the address."""

import json
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from appos.errors import AppOSError, InvalidError
from appos.records.models import SUPERUSERS, Collection
from appos.store.query import ListQuery
from appos.web.admin import record_form
from appos.web.admin.base import PanelView, expose
from appos.web.admin.filters import any_contains
from appos.web.admin.forms import LOOK
from appos.web.files import file_token
from appos.web.state import actor, identity, state

SEARCHED = ("text", "email", "url", "editor", "select")
PER_PAGE = 30


def collection_of(name: str) -> Collection:
    """Return the collection of this name.

    Raises:
        NotFoundError: `not_found`.
    """
    return state().services.collections.get(name)


def problem_text(problems: Any) -> str:
    """Return what is wrong with one value, or with the parts of it, as one text."""
    if not isinstance(problems, dict):
        return ""
    if isinstance(problems.get("code"), str):
        return str(problems.get("message", ""))
    return " ".join(filter(None, map(problem_text, problems.values())))


class RecordPages(PanelView):
    """The records of every collection. Superusers have a page of their own, which judges their passwords."""

    @expose("/<named>/records/<record_id>/files/<called>")
    def file(self, named: str, record_id: str, called: str) -> ResponseReturnValue:
        """Lead to a protected file with a token that opens it; the token is made anew at each visit."""
        who = identity()
        token = file_token(who) if who else ""
        return redirect(
            url_for("files.show", collection=named, record_id=record_id, filename=called, token=token)
        )

    @expose("/<named>/records/")
    def records(self, named: str) -> ResponseReturnValue:
        """List the records of a collection."""
        collection = collection_of(named)
        if collection.name == SUPERUSERS:
            return redirect(url_for("panel_superusers.index_view"))
        query = _query(collection)
        try:
            page = record_form.items_of(collection, query)
        except InvalidError as error:
            flash(f"{error.message} Look at the filter and the sort.", "error")
            page = {"items": [], "totalItems": 0, "totalPages": 0}
        shown = self.render(
            "admin/records.html",
            collection=collection,
            columns=record_form.columns_of(collection),
            found=page,
            page=query.page - 1,
            label=lambda item: record_form.label_of(collection, item),
        )
        return str(shown)

    @expose("/<named>/records/new/", "GET", "POST")
    def new_record(self, named: str) -> ResponseReturnValue:
        """Create a record."""
        collection = collection_of(named)
        if collection.name == SUPERUSERS:
            return redirect(url_for("panel_superusers.create_view"))
        records = state().services.records
        return self._form(
            collection,
            {},
            lambda: records.create(
                collection, record_form.read_body(collection, is_new=True), record_form.info(), actor()
            ),
        )

    @expose("/<named>/records/<record_id>/", "GET", "POST")
    def record(self, named: str, record_id: str) -> ResponseReturnValue:
        """Show and change a record."""
        collection = collection_of(named)
        if collection.name == SUPERUSERS:
            return redirect(url_for("panel_superusers.edit_view", id=record_id))
        records = state().services.records
        stored = json.loads(records.view(collection, record_id, record_form.info()))
        return self._form(
            collection,
            stored,
            lambda: records.update(
                collection,
                record_id,
                record_form.read_body(collection, is_new=False),
                record_form.info(),
                actor(),
            ),
        )

    @expose("/<named>/records/delete", "POST")
    def delete_records(self, named: str) -> ResponseReturnValue:
        """Delete the records that were chosen, and say how many that were."""
        collection, deleted = collection_of(named), 0
        for record_id in request.form.getlist("rowid"):
            try:
                state().services.records.delete(collection, record_id, record_form.info(), actor())
                deleted += 1
            except AppOSError as error:
                flash(f"{record_id}: {error.message}", "error")
        if deleted:
            flash(f"Deleted {deleted} record{'s' if deleted > 1 else ''}.", "success")
        return redirect(self.get_url(".records", named=collection.name))

    def _form(
        self, collection: Collection, stored: dict[str, Any], save: Callable[[], bytes]
    ) -> ResponseReturnValue:
        """Show the form of a record, or save what it says and lead to the list."""
        values, problems = dict(stored), {}
        if request.method == "POST":
            try:
                save()
            except AppOSError as error:
                problems = {key: problem_text(each) for key, each in error.fields.items()}
                flash(LOOK if problems else error.message, "error")
                values |= record_form.typed(collection)
            else:
                flash("The record was saved.", "success")
                return redirect(self.get_url(".records", named=collection.name))
        return render_template(
            "admin/record.html",
            admin_view=self,
            collection=collection,
            stored=stored,
            values=values,
            problems=problems,
            fields=record_form.fields_of(collection),
            choices_of=record_form.choices_of,
            to_json=lambda value: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False),
        )


def _query(collection: Collection) -> ListQuery:
    names = [field.name for field in record_form.columns_of(collection) if field.type in SEARCHED]
    search, given = request.args.get("search", "").strip(), request.args.get("filter", "").strip()
    conditions = [any_contains(["id", *names], search)] if search else []
    conditions += [f"({given})"] if given else []
    return ListQuery(
        page=request.args.get("page", 0, type=int) + 1,
        per_page=PER_PAGE,
        sort=request.args.get("sort", "") or "-@rowid",
        filter=" && ".join(conditions),
    )
