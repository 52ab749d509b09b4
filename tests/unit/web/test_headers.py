"""The headers of every answer."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.unit.web.panel_client import signed_in

PATHS = ["/", "/setup", "/api/health", "/api/nope", "/nope", "/api/appos/jobs", "/_/", "/_/login", "/_/reset"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert answer.headers["X-XSS-Protection"] == "1; mode=block"
    assert answer.headers["Referrer-Policy"] in ("no-referrer", "same-origin")
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/_/login", "/_/reset"])
def test_a_page_carries_a_nonce_of_its_own(client: FlaskClient, path: str) -> None:
    policies = [client.get(path).headers["Content-Security-Policy"] for _ in range(2)]
    nonces = [re.findall(r"script-src 'nonce-([A-Za-z0-9_-]{20,})';", policy) for policy in policies]
    assert all(len(found) == 1 for found in nonces)
    assert nonces[0] != nonces[1]


@pytest.mark.parametrize("path", ["/_/reset", "/_/verify", "/setup"])
def test_what_a_page_loads_carries_its_nonce(new_app: Flask, path: str) -> None:
    answer = new_app.test_client().get(path)
    (nonce,) = re.findall(r"script-src 'nonce-([A-Za-z0-9_-]+)';", answer.headers["Content-Security-Policy"])
    loads = re.findall(r"<script[^>]*>|<link[^>]*stylesheet[^>]*>|<style[^>]*>", answer.text)

    assert len(loads) >= 2
    assert all(f'nonce="{nonce}"' in load for load in loads)


def test_what_the_panel_loads_carries_the_nonce_of_its_page(app: Flask) -> None:
    panel = signed_in(app)
    for path in ("/_/", "/_/jobs/", "/_/collections/", "/_/collections/users/records/", "/_/settings/"):
        answer = panel.get(path)
        assert answer.status_code == 200, path
        (nonce,) = re.findall(
            r"script-src 'nonce-([A-Za-z0-9_-]+)';", answer.headers["Content-Security-Policy"]
        )
        loads = re.findall(r"<script[^>]*>|<link[^>]*stylesheet[^>]*>|<style[^>]*>", answer.text)
        assert len(loads) >= 3
        assert all(f'nonce="{nonce}"' in load for load in loads), path


def test_an_answer_of_the_api_allows_nothing(client: FlaskClient) -> None:
    answer = client.get("/api/appos/setup/status")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


def test_other_origins_may_call_pocketbases_api_and_not_appos(client: FlaskClient) -> None:
    origin = {"Origin": "https://other.example"}
    assert client.get("/api/health", headers=origin).headers["Access-Control-Allow-Origin"] == "*"
    for path in ("/api/appos/setup/status", "/_/login"):
        assert "Access-Control-Allow-Origin" not in client.get(path, headers=origin).headers


def test_no_answer_lets_credentials_cross_origins(client: FlaskClient) -> None:
    for path in PATHS:
        answer = client.get(path, headers={"Origin": "https://other.example"})
        assert "Access-Control-Allow-Credentials" not in answer.headers


def test_pages_are_not_stored(client: FlaskClient) -> None:
    assert client.get("/_/login").headers["Cache-Control"] == "no-store"
