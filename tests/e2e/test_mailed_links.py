"""The links of mails, as PocketBase writes them, in a real browser."""

from typing import Any

from playwright.sync_api import Page, expect

from appos.accounts import tokens
from appos.config import Config
from appos.engine.docker import DockerEngine
from appos.records.auth_options import TokenKind
from appos.services import Services
from tests.conftest import identity_of
from tests.e2e.conftest import Visitor
from tests.serving import EMAIL, PASSWORD, Server

OLD, NEW = "cleo@example.com", "dora@example.com"


def add_user(server: Server) -> None:
    body = {"email": OLD, "password": PASSWORD, "passwordConfirm": PASSWORD}
    token = server.sign_in(EMAIL, PASSWORD).json()["token"]
    assert server.request("POST", "/api/collections/users/records", token, body).status == 200


def link(server: Server, page: str, kind: TokenKind, **more: Any) -> str:
    config = Config.from_env(server.env)
    services = Services.build(config, DockerEngine(config.docker_host))
    try:
        who = identity_of(services, "users", OLD)
        token = tokens.sign(who.account, who.collection, kind, email=OLD, **more)
    finally:
        services.close()
    return f"/_/#/auth/{page}/{token}"


def expect_done(page: Page, text: str) -> None:
    expect(page.locator("#done")).to_contain_text(text)
    expect(page.locator("#done")).to_be_focused()


def test_each_link_leads_to_its_page(visitor: Visitor) -> None:
    server = visitor.server
    add_user(server)

    page = visitor.open(link(server, "confirm-verification", TokenKind.VERIFICATION))
    page.wait_for_url("**/_/verify#token=*")
    expect(page.locator("#account")).to_have_text(OLD)
    page.keyboard.press("Enter")
    expect_done(page, "Your address is confirmed.")

    page = visitor.open(link(server, "confirm-password-reset", TokenKind.PASSWORD_RESET))
    page.wait_for_url("**/_/reset#token=*")
    page.fill("#password", "new-Falcon-44")
    page.fill("#repeat", "new-Falcon-44")
    page.press("#repeat", "Enter")
    expect_done(page, "The new password is set.")

    page = visitor.open(link(server, "confirm-email-change", TokenKind.EMAIL_CHANGE, newEmail=NEW))
    page.wait_for_url("**/_/email-change#token=*")
    expect(page.locator("#account")).to_have_text(NEW)
    page.fill("#password", "wrong-password")
    page.press("#password", "Enter")
    expect(page.locator("#password-problem")).to_be_visible()
    page.fill("#password", "new-Falcon-44")
    page.press("#password", "Enter")
    expect_done(page, "Your address is changed.")

    # The browser itself reports the one answer that refused.
    assert [complaint for complaint in visitor.complaints if "status of 400" not in complaint] == []
    visitor.complaints.clear()
