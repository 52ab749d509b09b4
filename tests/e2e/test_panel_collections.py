"""Collections and records of the panel in a real browser."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor

ADDED = (("text", "title"), ("bool", "done"), ("file", "paper"), ("relation", "owner"))


def add_field(page: Page, kind: str, name: str) -> str:
    """Add a field with the keyboard alone, and return where its inputs are."""
    page.focus("#new_type")
    page.select_option("#new_type", kind)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    editor = page.locator("details.field-editor").last
    expect(editor).to_contain_text(kind)
    box = editor.locator("input[name$='-name']")
    box.focus()
    page.keyboard.type(name)
    return str(box.get_attribute("id")).removesuffix("name")


def test_a_collection_and_a_record_live_their_lives(superuser: Visitor, tmp_path: Path) -> None:
    page, url = superuser.open("/_/collections/new/"), superuser.server.url
    page.fill("#name", "papers")
    for kind, name in ADDED:
        part = add_field(page, kind, name)
        if kind == "relation":
            page.select_option(f"#{part}collectionId", label="users")
        if name == "title":
            page.check(f"#{part}required")
    page.click("button.primary")
    expect(page.get_by_role("status")).to_contain_text("papers was saved")
    page.uncheck("input[name='listRule-locked']")
    page.click("button.primary")
    expect(page.locator("input[name='listRule-locked']")).not_to_be_checked()

    page.goto(f"{url}/_/collections/papers/records/new/")
    paper = tmp_path / "paper.txt"
    paper.write_text("hello")
    page.set_input_files("#v-paper", paper)
    page.fill("#v-owner", "nobodynobody123")
    page.click("button.primary")
    expect(page.locator("#v-title-problem")).to_contain_text("Cannot be blank.")
    page.fill("#v-title", "First")
    page.set_input_files("#v-paper", paper)
    page.click("button.primary")
    expect(page.locator("#v-owner-problem")).to_be_visible()
    page.fill("#v-owner", "")
    page.set_input_files("#v-paper", paper)
    page.press("#v-title", "Enter")
    expect(page.locator("table")).to_contain_text("paper_")

    page.click("tbody a.code >> nth=0")
    page.fill("#v-title", "Second")
    page.press("#v-title", "Enter")
    expect(page.locator("table")).to_contain_text("Second")
    expect(page.locator("table")).to_contain_text("paper_")
    page.check("input[name=rowid]")
    page.click("#batch button")
    page.click("#confirm-yes")
    expect(page.get_by_role("status")).to_contain_text("Deleted 1 record.")

    page.goto(f"{url}/_/collections/papers/edit/")
    page.fill("#typed-delete", "papers")
    page.press("#typed-delete", "Enter")
    expect(page.get_by_role("status")).to_contain_text("papers was deleted")


def test_the_pages_fit_a_phone(superuser: Visitor) -> None:
    page, url = superuser.open("/_/"), superuser.server.url
    page.set_viewport_size({"width": 375, "height": 860})
    for path in ("", "new/", *(f"users/{name}/" for name in ("edit", "json", "records", "records/new"))):
        page.goto(f"{url}/_/collections/{path}")
        assert not page.evaluate("document.documentElement.scrollWidth > innerWidth"), path
