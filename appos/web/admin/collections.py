"""Collections in the panel: their fields, rules, indexes and options."""

import json
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from appos.errors import AppOSError
from appos.records.document import document
from appos.records.models import Collection
from appos.web.admin import collection_form as forms
from appos.web.admin.base import expose
from appos.web.admin.forms import LOOK
from appos.web.admin.record_pages import RecordPages, collection_of, problem_text
from appos.web.state import actor, state

SORTS = {"name": "Name", "type": "Type", "updated": "Updated"}


class CollectionsView(RecordPages):
    """Every collection; a new one is here at once."""

    icon = "database"

    @expose("/")
    def index(self) -> ResponseReturnValue:
        """List the collections whose name contains what is searched, of one type if one is chosen."""
        search, kind = request.args.get("search", "").strip().lower(), request.args.get("type", "")
        sort = request.args.get("sort", "name")
        found = [
            each
            for each in state().services.collections.all()
            if search in each.name.lower() and kind in ("", each.type)
        ]
        key = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "name"
        found.sort(key=lambda each: str(getattr(each, key)).lower(), reverse=sort.startswith("-"))
        return str(self.render("admin/collections.html", collections=found, sort=sort, sorts=SORTS))

    @expose("/new/", "GET", "POST")
    def new(self) -> ResponseReturnValue:
        """Create a collection."""
        kind = "auth" if request.values.get("type") == "auth" else "base"
        return self._editor(None, dict(state().services.collections.scaffolds()[kind]))

    @expose("/<named>/edit/", "GET", "POST")
    def edit(self, named: str) -> ResponseReturnValue:
        """Change a collection."""
        collection = collection_of(named)
        return self._editor(collection, document(collection))

    @expose("/<named>/json/", "GET", "POST")
    def as_json(self, named: str) -> ResponseReturnValue:
        """Show the whole collection as JSON, and change it so."""
        collection = collection_of(named)
        text, problem = json.dumps(document(collection), indent=2, ensure_ascii=False), ""
        if request.method == "POST":
            text = request.form.get("document", "")
            try:
                return self._saved(_save(collection, json.loads(text)))
            except ValueError as error:
                problem = f"This is no JSON: {error}."
            except AppOSError as error:
                problem = f"{error.message} {problem_text(error.fields)}"
        return render_template(
            "admin/collection_json.html", admin_view=self, collection=collection, text=text, problem=problem
        )

    @expose("/<named>/delete", "POST")
    def delete(self, named: str) -> ResponseReturnValue:
        """Delete a collection whose name was typed."""
        collection, collections = collection_of(named), state().services.collections
        if _is_confirmed(collection) and _is_done(lambda: collections.delete(collection, actor())):
            flash(f"The collection {collection.name} was deleted.", "success")
            return redirect(self.get_url(".index"))
        return redirect(self.get_url(".edit", named=collection.name))

    @expose("/<named>/truncate", "POST")
    def truncate(self, named: str) -> ResponseReturnValue:
        """Delete every record of a collection whose name was typed."""
        collection, collections = collection_of(named), state().services.collections
        if _is_confirmed(collection) and _is_done(lambda: collections.truncate(collection, actor())):
            flash(f"Every record of {collection.name} was deleted.", "success")
        return redirect(self.get_url(".edit", named=collection.name))

    def _editor(self, collection: Collection | None, shown: dict[str, Any]) -> ResponseReturnValue:
        """Show the form, arrange its fields, or save what it says."""
        problems: dict[str, Any] = {}
        command = request.form.get("do", "")
        if request.method == "POST":
            is_kept = collection is not None and collection.is_written_by_services
            rules = forms.read_rules(request.form, forms.READING_RULES)
            changes = rules if is_kept else forms.read(request.form, shown)
            shown |= changes
            if command:
                shown["fields"] = forms.arrange(shown["fields"], command, request.form.get("new_type", ""))
            else:
                try:
                    return self._saved(_save(collection, changes))
                except AppOSError as error:
                    problems = dict(error.fields)
                    flash(LOOK if problems else error.message, "error")
        return render_template(
            "admin/collection.html",
            admin_view=self,
            collection=collection,
            shown=shown,
            problems=problems,
            problem_at=lambda path: problem_text(forms.value_at(problems, path)),
            forms=forms,
            others=state().services.collections.all(),
        )

    def _saved(self, collection: Collection) -> ResponseReturnValue:
        flash(f"The collection {collection.name} was saved.", "success")
        return redirect(self.get_url(".edit", named=collection.name))


def _save(collection: Collection | None, changes: object) -> Collection:
    """Create or change a collection; what the settings say of it follows its name."""
    services = state().services
    if collection is None:
        return services.collections.create(changes, actor())
    changed = services.collections.update(collection, changes, actor())
    if changed.name != collection.name:
        services.settings.relabel(collection.name, changed.name, actor())
    return changed


def _is_confirmed(collection: Collection) -> bool:
    is_same = request.form.get("typed", "") == collection.name
    if not is_same:
        flash(f"Nothing was deleted. Type {collection.name} to confirm.", "error")
    return is_same


def _is_done(act: Callable[[], None]) -> bool:
    """Do what was confirmed; what stands against it is shown on the next page."""
    try:
        act()
    except AppOSError as error:
        flash(error.message, "error")
        return False
    return True
