"""Apps whose files are those of a Git repository: deployed, updated, broken there, and gone back with."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine_registry import Registry
from tests.git_server import TOKEN, USER, HttpServer, Repository, certificate_of, http_server, repository
from tests.integration.app_site import AppSite, app_site, web

QUICK = {"watchSeconds": 2, "waitSeconds": 15}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("repositories")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificate_of(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def server(root: Path, certificate: tuple[Path, Path]) -> Iterator[HttpServer]:
    with http_server(root, certificate=certificate, token=TOKEN) as running:
        yield running


@pytest.fixture(scope="module")
def site(
    engine_host: str,
    tiny_image: str,
    registry: Registry,
    tmp_path_factory: pytest.TempPathFactory,
    certificate: tuple[Path, Path],
) -> Iterator[AppSite]:
    folder = tmp_path_factory.mktemp("site")
    image = registry.push(engine_host, tiny_image)
    with app_site(folder, engine_host, image, GIT_LOCAL="on", SSL_CERT_FILE=str(certificate[0])) as running:
        yield running


@pytest.fixture
def shop(root: Path, site: AppSite, request: pytest.FixtureRequest) -> Iterator[Repository]:
    yield repository(root / request.node.name)
    for app in site.done("GET", "apps", status=200)["items"]:
        site.remove(app["name"])


def _origin(server: HttpServer, shop: Repository, **more: str) -> dict[str, str]:
    return {"url": f"{server.url}/{shop.folder.name}", "username": USER, "password": TOKEN, **more}


def _compose(site: AppSite, text: str) -> str:
    more = "    volumes: ['./hello.sh:/hello.sh:ro']\n"
    return web(site.image, text).replace("exec httpd", "/hello.sh; exec httpd") + more


def _deployed(site: AppSite, origin: dict[str, str], env: dict[str, str] | None = None) -> dict[str, Any]:
    body = {"name": "shop", "git": origin, "settings": QUICK, "env": env or {}}
    return site.job(site.done("POST", "apps/deploy", body))


def test_deployed_updated_broken_and_gone_back_with(
    site: AppSite, server: HttpServer, shop: Repository
) -> None:
    script = "#!/bin/sh\necho said by the script\n"
    first = shop.commit(
        {"compose.yaml": _compose(site, "${WORD}"), "hello.sh": script, ".env": "WORD=repo\n"}
    )
    job = _deployed(site, _origin(server, shop), {"WORD": "mine"})
    assert job["state"] == "succeeded", job["error"]
    assert [it["name"] for it in job["steps"]][:2] == ["fetch", "validate"]
    assert first[:12] in job["steps"][0]["message"]
    app = site.app("shop")
    assert (app["source"]["kind"], app["source"]["commit"], app["isChanged"]) == ("git", first, False)
    assert site.done("GET", "apps/shop/env", status=200)["env"] == {"WORD": "mine"}
    lines = site.done("GET", "apps/shop/logs", status=200)["lines"]
    assert any("said by the script" in it["text"] for it in lines)

    second = shop.commit({"compose.yaml": _compose(site, "two"), "more.txt": "more\n"})
    assert site.verb("shop", "update")["state"] == "succeeded"
    app = site.app("shop")
    assert (app["release"], app["source"]["commit"]) == (2, second)
    assert site.done("GET", "apps/shop/files/content?path=more.txt", status=200)["text"] == "more\n"

    assert site.verb("shop", "update")["state"] == "succeeded"
    assert site.app("shop")["release"] == 2

    sick = _compose(site, "three").replace("http://127.0.0.1/", "http://127.0.0.1:81/")
    shop.commit({"compose.yaml": sick, "more.txt": None})
    failed = site.verb("shop", "update")
    assert failed["state"] == "failed"
    assert "Release 2 was restored and is healthy." in failed["error"]["message"]
    app = site.app("shop")
    assert (app["release"], app["source"]["commit"], app["isChanged"]) == (2, second, False)
    assert site.done("GET", "apps/shop/files/content?path=more.txt", status=200)["text"] == "more\n"

    back = site.job(site.done("POST", "apps/shop/rollback", {"release": 1}))
    assert back["state"] == "succeeded", back["error"]
    assert site.app("shop")["source"]["commit"] == first
    assert site.ask("GET", "apps/shop/files/content?path=more.txt").status == 404


def test_what_is_wrong_is_told_and_leaves_a_draft(
    site: AppSite, server: HttpServer, shop: Repository
) -> None:
    shop.commit({"sub/compose.yaml": web(site.image)})
    job = _deployed(site, _origin(server, shop))
    assert (job["state"], job["error"]["code"]) == ("failed", "git_no_compose")
    assert "sub/compose.yaml" in job["error"]["message"]
    assert site.app("shop")["state"] == "draft"
    changed = site.done("PUT", "apps/shop/git", {"path": "sub"}, status=200)
    assert (changed["path"], changed["hasPassword"]) == ("sub", True)
    again = site.job(site.done("POST", "apps/shop/redeploy"))
    assert again["state"] == "succeeded", again["error"]
    assert site.state("shop", "running")["release"] == 1


def test_it_is_looked_at_before(site: AppSite, server: HttpServer, shop: Repository) -> None:
    commit = shop.commit({"compose.yaml": web(site.image)})
    body = {"name": "shop", "git": _origin(server, shop)}
    looked = site.done("POST", "apps/git/check", body, status=200)
    assert (looked["commit"], looked["files"], looked["valid"]) == (commit, ["compose.yaml"], True)
    assert {it["name"] for it in looked["plan"]["actions"]} >= {"web"}
    assert site.ask("GET", "apps/shop").status == 404
    wrong = {"name": "shop", "git": _origin(server, shop, password="wrong")}
    refused = site.ask("POST", "apps/git/check", wrong)
    assert (refused.status, refused.json()["code"]) == (502, "git_denied")


def test_secrets_are_kept_and_never_told(
    site: AppSite, server: HttpServer, shop: Repository, tmp_path: Path
) -> None:
    shop.commit({"compose.yaml": web(site.image)})
    job = _deployed(site, _origin(server, shop))
    assert job["state"] == "succeeded", job["error"]
    told = [
        site.ask("GET", path).text
        for path in ("apps/shop", "apps/shop/git", "apps", f"jobs/{job['id']}", "audit", "apps/shop/releases")
    ]
    told.append(site.log(job))
    told.append(site.server.log_path.read_text(encoding="utf-8"))
    data = site.server.data_dir
    files = [it for it in data.rglob("*") if it.is_file()]
    assert any(it.name == "git.json" for it in files)
    told += [it.read_bytes().decode(errors="replace") for it in files]
    assert not any(TOKEN in it for it in told)
    assert not list((data / "compose" / "repositories").glob("*"))


def test_it_may_end(site: AppSite, server: HttpServer, shop: Repository) -> None:
    shop.commit({"compose.yaml": web(site.image)})
    assert _deployed(site, _origin(server, shop))["state"] == "succeeded"
    site.done("DELETE", "apps/shop/git", status=204)
    assert site.ask("GET", "apps/shop/git").json()["code"] == "git_not_set"
    shop.commit({"compose.yaml": web(site.image, "two")})
    assert site.verb("shop", "update")["state"] == "succeeded"
    assert site.app("shop")["release"] == 1


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"name": "shop"}, 400, "source_missing"),
        ({"name": "shop", "compose": "x", "git": {"url": "https://example.com/a"}}, 409, "source_ambiguous"),
        ({"name": "shop", "git": {"url": "file:///etc"}}, 400, "git_url_invalid"),
        ({"name": "shop", "git": {"url": "http://example.com/a", "password": "x"}}, 400, "git_invalid"),
        ({"name": "shop", "git": {"url": "https://example.com/a", "privateKey": "x"}}, 400, "git_invalid"),
        ({"name": "shop", "git": {"url": "git@example.com:a", "password": "x"}}, 400, "git_invalid"),
        ({"name": "shop", "git": {"url": "git@example.com:a", "privateKey": "x"}}, 400, "git_invalid"),
        ({"name": "shop", "git": {"url": "https://example.com/a", "branch": "a\nb"}}, 400, "git_invalid"),
        ({"name": "Shop", "git": {"url": "https://example.com/a"}}, 400, "name_invalid"),
    ],
)
def test_what_is_refused_at_once(site: AppSite, body: dict[str, Any], status: int, code: str) -> None:
    answer = site.ask("POST", "apps/deploy", body)
    assert (answer.status, answer.json()["code"]) == (status, code)
    assert site.ask("GET", "apps/shop").status == 404
