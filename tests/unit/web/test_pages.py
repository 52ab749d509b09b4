"""The pages that need nobody signed in."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.conftest import state_of


def test_a_new_installation_leads_to_its_claim(new_app: Flask) -> None:
    client = new_app.test_client()

    assert client.get("/").headers["Location"] == "/setup"
    assert client.get("/setup").mimetype == "text/html"


def test_a_claimed_one_leads_to_the_panel(client: FlaskClient) -> None:
    for path in ("/", "/setup"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/_/")


def test_the_claim_token_stands_in_no_page(new_app: Flask) -> None:
    token = state_of(new_app).services.claim.link().partition("#token=")[2]
    client = new_app.test_client()

    for path in ("/setup", "/_/reset", "/api/appos/setup/status"):
        assert token not in client.get(path).get_data(as_text=True)


@pytest.mark.parametrize("path", ["/setup", "/_/login", "/_/reset", "/_/verify", "/_/email-change"])
def test_a_page_has_no_script_and_no_style_without_the_nonce(new_app: Flask, path: str) -> None:
    answer = new_app.test_client().get(path)
    text = answer.get_data(as_text=True)
    nonce = answer.headers["Content-Security-Policy"].partition("'nonce-")[2].partition("'")[0]

    for tag in ("<script", "<style"):
        assert text.count(tag) == text.count(f'{tag} nonce="{nonce}"') + text.count(f"{tag} src=")
    for inline in (" onclick=", " onload=", " onsubmit=", " style=", "javascript:"):
        assert inline not in text


@pytest.mark.parametrize(
    ("path", "action"),
    [
        ("/_/reset", "confirm-password-reset"),
        ("/_/verify", "confirm-verification"),
        ("/_/email-change", "confirm-email-change"),
    ],
)
def test_a_stranger_sees_the_page_of_a_mailed_link(client: FlaskClient, path: str, action: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.mimetype) == (200, "text/html")
    assert f'data-action="{action}"' in answer.get_data(as_text=True)


def test_the_sign_in_follows_mailed_links(client: FlaskClient) -> None:
    assert "/_/static/links.js" in client.get("/_/login").get_data(as_text=True)
