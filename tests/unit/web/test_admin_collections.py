"""appos/web/admin: collections and their records in the panel."""

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from flask import Flask

from appos.audit.models import SYSTEM
from appos.records.document import document
from appos.records.models import Collection
from appos.web.admin import collection_form
from tests.unit.web.panel_client import Panel, signed_in

PATH = "/_/collections/"


@pytest.fixture
def panel(app: Flask) -> Panel:
    return signed_in(app)


def field(number: int, kind: str, name: str, **options: str) -> dict[str, Any]:
    return {f"fields-{number}-{key}": value for key, value in {"type": kind, "name": name, **options}.items()}


ID = field(0, "text", "id", id="text3208210256", system="true", primaryKey="true", required="true") | {
    "fields-0-pattern": "^[a-z0-9]+$",
    "fields-0-autogeneratePattern": "[a-z0-9]{15}",
    "fields-0-min": "15",
    "fields-0-max": "15",
}


def create(panel: Panel, name: str = "notes") -> Collection:
    kinds = [kind for kind in collection_form.KINDS if kind not in ("select", "relation")]
    form: dict[str, Any] = {"name": name, "type": "base", "field": ["0", *map(str, range(1, len(kinds) + 3))]}
    form |= ID
    for number, kind in enumerate(kinds, 1):
        more = {"onCreate": "true"} if kind == "autodate" else {}
        form |= field(number, kind, f"a_{kind}", maxSelect="1", **more)
    users = panel.services.collections.get("users").id
    last = len(kinds)
    form |= field(last + 1, "select", "a_select", maxSelect="2", values="red\nblue")
    form |= field(last + 2, "relation", "a_relation", maxSelect="1", collectionId=users)
    answer = panel.post(f"{PATH}new/", **form)
    assert "was saved" in panel.flashed(answer)
    return panel.services.collections.get(name)


def test_every_page_of_every_collection_answers(panel: Panel) -> None:
    create(panel)
    for collection in panel.services.collections.all():
        for page in ("records/", "edit/", "json/", "records/new/"):
            answer = panel.get(f"{PATH}{collection.name}/{page}")
            assert answer.status_code in (200, 302), (collection.name, page)
            assert "$2b$" not in answer.text
            assert '"secret"' not in answer.text


def test_a_form_of_every_type_makes_a_collection_and_saving_it_changes_nothing(panel: Panel) -> None:
    made = create(panel)
    assert {each.type for each in made.fields} == set(collection_form.KINDS)
    assert made.list_rule is None
    assert made.by_name["a_select"].values == ("red", "blue")  # type: ignore[attr-defined]


def test_fields_are_added_moved_and_removed_without_being_saved(panel: Panel) -> None:
    form: dict[str, Any] = {"name": "drafts", "type": "base", "field": ["0", "1"], "new_type": "bool"}
    form |= field(0, "text", "first") | field(1, "number", "second")
    assert 'value="bool"' in panel.post(f"{PATH}new/", do="add", **form).text
    moved = panel.post(f"{PATH}new/", do="up:1", **form).text
    assert moved.index('value="second"') < moved.index('value="first"')
    assert 'value="second"' not in panel.post(f"{PATH}new/", do="remove:1", **form).text
    assert panel.services.collections.find("drafts") is None


def test_what_is_wrong_with_a_field_of_a_collection_is_shown_at_its_place(panel: Panel) -> None:
    form: dict[str, Any] = {"name": "drafts", "type": "base", "field": ["0", "1"]}
    form |= ID | field(1, "text", "not a name")
    text = panel.post(f"{PATH}new/", **form).text
    assert "Look at the fields below." in text
    assert 'id="fields.1.name-problem"' in text
    assert panel.services.collections.find("drafts") is None


def test_rules_tell_everybody_from_superusers_alone(panel: Panel) -> None:
    form = {"listRule-shown": "1", "listRule": "", "viewRule-shown": "1", "viewRule-locked": "on"}
    assert "was saved" in panel.flashed(panel.post(f"{PATH}jobs/edit/", name="renamed", **form))
    jobs = panel.services.collections.get("jobs")
    assert (jobs.list_rule, jobs.view_rule) == ("", None)


def test_the_json_of_a_collection_can_be_changed(panel: Panel) -> None:
    create(panel)
    assert "This is no JSON" in panel.post(f"{PATH}notes/json/", document="{").text
    answer = panel.post(f"{PATH}notes/json/", document='{"listRule": ""}')
    assert "was saved" in panel.flashed(answer)
    assert panel.services.collections.get("notes").list_rule == ""


def test_a_collection_is_deleted_and_emptied_only_when_its_name_is_typed(panel: Panel) -> None:
    create(panel)
    assert "Nothing was deleted" in panel.flashed(panel.post(f"{PATH}notes/delete", typed="note"))
    assert "Every record" in panel.flashed(panel.post(f"{PATH}notes/truncate", typed="notes"))
    assert "was deleted" in panel.flashed(panel.post(f"{PATH}notes/delete", typed="notes"))
    assert panel.services.collections.find("notes") is None


def test_a_record_is_created_with_a_file_changed_refused_and_deleted(panel: Panel) -> None:
    create(panel)
    path = f"{PATH}notes/records/"
    values: dict[str, Any] = {
        "v-a_text": "Milk & <b>honey</b>",
        "v-a_number": "1.5",
        "v-a_bool": "true",
        "v-a_json": '{"a": 1}',
    }
    values |= {"v-a_select": ["red", "blue"], "v-a_geoPoint-lon": "7", "v-a_geoPoint-lat": "50"}
    values |= {"v-a_password": "secret-1", "v-a_password-repeated": "secret-1"}
    listed = panel.flashed(panel.post(f"{path}new/", a_file=(io.BytesIO(b"hello"), "hello.txt"), **values))
    assert "Milk &amp;" in listed
    assert "hello_" in listed
    record_id = listed.split('name="rowid" value="')[1][:15]
    shown = panel.get(f"{path}{record_id}/").text
    assert "secret-1" not in shown
    assert 'placeholder="2026-01-31 12:00:00.000Z"' in shown
    assert 'inputmode="decimal"' in shown
    refused = panel.post(f"{path}{record_id}/", **{**values, "v-a_email": "nobody"}).text
    assert 'id="v-a_email-problem"' in refused
    different = panel.post(
        f"{path}{record_id}/", **{**values, "v-a_text": "Typed", "v-a_password": "other"}
    ).text
    assert "The two passwords differ." in different
    assert "Typed" in different
    assert "was saved" in panel.flashed(panel.post(f"{path}{record_id}/", **{**values, "v-a_text": "Oil"}))
    record = panel.services.records.find(panel.services.collections.get("notes"), record_id)
    assert record is not None
    assert (record.values["a_text"], record.values["a_number"], record.values["a_file"]) == ("Oil", 1.5, "")
    assert record_id in panel.get(f"{path}?search=Oil&filter=a_number>1&sort=-a_text").text
    assert record_id not in panel.get(f"{path}?search=Milk").text
    assert "Look at the filter" in panel.get(f"{path}?filter=((").text
    assert "Deleted 1 record." in panel.flashed(panel.post(f"{path}delete", rowid=record_id))


def test_a_protected_file_is_opened_with_a_token_that_is_made_for_each_visit(panel: Panel) -> None:
    collection = create(panel)
    fields = [
        each | ({"protected": True} if each["name"] == "a_file" else {})
        for each in document(collection)["fields"]
    ]
    panel.services.collections.update(collection, {"fields": fields}, SYSTEM)
    path = f"{PATH}notes/records/"
    listed = panel.flashed(panel.post(f"{path}new/", a_file=(io.BytesIO(b"hello"), "hello.txt")))
    (address,) = re.findall(r'href="(/_/collections/[^"]+/files/[^"]+)"', listed)
    assert address in panel.get(f"{path}{address.split('/')[-3]}/").text
    leads_to = panel.get(address).location
    opened = panel.app.test_client()

    assert re.fullmatch(r"/api/files/[^/]+/[^/]+/hello_\w{10}\.txt\?token=[\w.-]+", leads_to)
    with opened.get(leads_to) as answer:
        assert answer.get_data() == b"hello"
    assert opened.get(leads_to.partition("?")[0]).status_code == 404
    assert opened.get(address, headers={"Accept": "text/html"}).location.startswith("/_/login")


def test_records_of_superusers_have_their_own_page(panel: Panel) -> None:
    for page in ("records/", "records/new/", "records/abc/"):
        assert panel.get(f"{PATH}_superusers/{page}").location.startswith("/_/superusers/")


class Inputs(HTMLParser):
    """What a browser would send of the form of a collection, as it stands on the page."""

    def __init__(self) -> None:
        super().__init__()
        self.form: dict[str, list[str]] = {}
        self._is_inside = False
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._is_inside = "collection-form" in given.get("class", "")
        name = given.get("name", "")
        if not self._is_inside:
            return
        if tag == "input" and (given.get("type") != "checkbox" or "checked" in given):
            self.form.setdefault(name, []).append(given.get("value", "on"))
        elif tag == "textarea":
            self._area = name
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in given:
            self.form[self._select] = [given["value"]]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.form.setdefault(self._area, []).append(data.removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.form[self._area] = ["".join(self.form.get(self._area, []))]
            self._area = ""


@pytest.mark.parametrize("name", ["users", "notes", "_superusers", "jobs"])
def test_a_form_that_is_saved_as_it_stands_changes_nothing(panel: Panel, name: str) -> None:
    create(panel)
    before = panel.services.collections.get(name)
    page = Inputs()
    page.feed(panel.get(f"{PATH}{name}/edit/").text)
    form: dict[str, Any] = {key: value for key, value in page.form.items() if key != "csrf_token"}
    assert "was saved" in panel.flashed(panel.post(f"{PATH}{name}/edit/", **form))
    after = panel.services.collections.get(name)
    assert document(after) | {"updated": ""} == document(before) | {"updated": ""}
    if before.auth is not None:
        assert after.auth_options.auth_token.secret == before.auth_options.auth_token.secret


def test_what_appos_keeps_is_written_by_nobody_else(panel: Panel) -> None:
    total = len(panel.services.collections.all())
    text = panel.post(f"{PATH}jobs/records/new/", **{"v-kind": "made.up"}).text
    assert 'role="alert"' in text
    assert "made.up" not in panel.get(f"{PATH}jobs/records/").text
    assert 'role="alert"' in panel.flashed(panel.post(f"{PATH}jobs/delete", typed="jobs"))
    assert len(panel.services.collections.all()) == total


def test_pages_of_records_follow_one_another(panel: Panel) -> None:
    create(panel)
    for number in range(31):
        panel.post(f"{PATH}notes/records/new/", **{"v-a_text": f"note {number}"})
    first, second = (panel.get(f"{PATH}notes/records/?search=note&page={number}").text for number in (0, 1))
    assert "Page 1 of 2" in first
    assert "search=note" in first.split('aria-label="Pages"')[1]
    assert (first.count('name="rowid"'), second.count('name="rowid"')) == (30, 1)


@pytest.mark.parametrize("text", ["[]", "1", '{"fields": 1}', '{"name": "users"}'])
def test_json_that_is_no_collection_is_refused(panel: Panel, text: str) -> None:
    before = document(create(panel))
    assert 'id="problem"' in panel.post(f"{PATH}notes/json/", document=text).text
    assert document(panel.services.collections.get("notes")) == before
