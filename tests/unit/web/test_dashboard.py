"""The dashboard's files as AppOS itself sends them."""

import gzip
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appos.web import dashboard
from tests.serving import ROOT

PAGE = b"<!doctype html><title>AppOS</title>"
SCRIPT = b"console.log('appos');" * 50
NGINX = (ROOT / "build" / "nginx.conf").read_text(encoding="utf-8")


@pytest.fixture
def client(new_app: Flask, tmp_path: Path) -> FlaskClient:
    """An installation with a small dashboard."""
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_bytes(PAGE)
    (folder / "assets" / "main-1a2b.js").write_bytes(SCRIPT)
    (folder / "assets" / "main-1a2b.js.gz").write_bytes(gzip.compress(SCRIPT))
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    dashboard.register(new_app, folder)
    return new_app.test_client()


@pytest.mark.parametrize("path", ["/", "/setup", "/apps", "/apps/wiki/logs", "/apis", "/_x", "/index.html"])
def test_every_path_of_a_person_is_the_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.mimetype, answer.data) == (200, "text/html", PAGE)
    assert answer.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/api", "/api/nope", "/api/appos/nope", "/terminal/x", "/pb/x"])
def test_a_path_of_the_api_is_never_the_page(client: FlaskClient, path: str) -> None:
    answer = client.get(path)

    assert (answer.status_code, answer.mimetype) == (404, "application/json")


def test_the_panel_and_mailed_links_stay(client: FlaskClient) -> None:
    assert client.get("/_/reset").mimetype == "text/html"
    assert b"data-action" in client.get("/_/reset").data
    assert client.get("/_/login").headers["Location"] == "/setup"


def test_assets_are_kept_for_ever_and_packed_for_whoever_takes_that(client: FlaskClient) -> None:
    path = "/assets/main-1a2b.js"
    plain, packed = client.get(path), client.get(path, headers={"Accept-Encoding": "br, gzip"})

    assert plain.data == gzip.decompress(packed.data) == SCRIPT
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Etag"] != packed.headers["Etag"]
    for answer in (plain, packed):
        assert answer.mimetype == "text/javascript"
        assert answer.headers["Cache-Control"] == dashboard.FOR_EVER
        assert "Accept-Encoding" in answer.headers["Vary"]
    again = client.get(path, headers={"If-None-Match": plain.headers["Etag"]})
    assert (again.status_code, again.headers["Cache-Control"]) == (304, dashboard.FOR_EVER)


def test_an_asset_of_another_version_is_not_the_page(client: FlaskClient) -> None:
    answer = client.get("/assets/main-0000.js")

    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-cache")


@pytest.mark.parametrize("path", ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt"])
def test_nothing_outside_of_its_folder_is_sent(client: FlaskClient, path: str) -> None:
    assert b"secret" not in client.get(path).data


def test_without_a_dashboard_there_is_none(new_app: Flask, tmp_path: Path) -> None:
    dashboard.register(new_app, tmp_path / "nothing")

    assert new_app.test_client().get("/apps").status_code == 404


def test_nginx_and_appos_send_the_same_headers(client: FlaskClient) -> None:
    answer = client.get("/")
    [location] = re.findall(r"\n\t\tlocation / \{\n(.*?)\n\t\t\}\n", NGINX, re.DOTALL)
    told = re.findall(r'add_header (\S+) (?:"([^"]+)"|(\S+)) always;', location)
    headers = {name: quoted or bare for name, quoted, bare in told if name != "Cache-Control"}

    assert headers["Content-Security-Policy"] == dashboard.POLICY
    assert "unsafe" not in dashboard.POLICY
    assert len(headers) == 6
    assert {name: answer.headers[name] for name in headers} == headers


def test_nginx_and_appos_agree_on_which_paths_are_appos_own() -> None:
    [ours] = re.findall(r"location ~ \^/\(([a-z_|]+)\)\(/\|\$\)", NGINX)
    theirs = re.search(r"\(\?:([a-z_|]+)\)", dashboard.PagePath.regex)

    assert theirs is not None
    assert set(theirs[1].split("|")) == {*ours.split("|"), "pb"}
