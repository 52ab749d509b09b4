"""`appos app …` against a running AppOS: by its data directory, and by an address and a token."""

import json
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine_images import client_of
from tests.git_server import http_server, repository
from tests.integration.app_site import AppSite, app_site, web


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    folder = tmp_path_factory.mktemp("command")
    with app_site(folder, engine_host, tiny_image, GIT_LOCAL="on") as running:
        yield running


def run(site: AppSite, *words: str, said: str = "", **env: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "appos.cli", "app", *words]
    return subprocess.run(
        command, input=said, capture_output=True, text=True, timeout=90, env={**site.server.env, **env}
    )


def test_an_app_lives_its_life_from_a_shell(site: AppSite, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text(web(site.image, "${WORD:-one}"))
    checked = run(site, "check", "wiki", "-f", str(file))
    assert (checked.returncode, "create" in checked.stdout) == (0, True), checked.stdout

    made = run(site, "deploy", "wiki", "-f", str(file))
    assert (made.returncode, "finish: succeeded" in made.stderr) == (0, True), made.stderr
    site.ask("PATCH", "apps/wiki/settings", {"watchSeconds": 1})
    assert "wiki" in run(site, "list").stdout
    assert "healthy" in run(site, "show", "wiki").stdout

    assert run(site, "env", "wiki", "--set", said="WORD=two\n").returncode == 0
    assert run(site, "env", "wiki").stdout == "WORD=two\n"
    again = run(site, "deploy", "wiki", "-f", str(file), "--json")
    assert json.loads(again.stdout.splitlines()[-1])["job"]["state"] == "succeeded"
    assert run(site, "rollback", "wiki").returncode == 0
    for verb in ("stop", "start", "restart"):
        assert run(site, verb, "wiki").returncode == 0
    assert run(site, "logs", "wiki", "--tail", "5").returncode == 0

    refused = run(site, "rm", "wiki", "--volumes", said="no\n")
    assert (refused.returncode, "wiki-web-1" in refused.stderr) == (1, True)
    assert run(site, "rm", "wiki", "--volumes", said="wiki\n").returncode == 0
    assert json.loads(run(site, "list", "--json").stdout) == []


def test_what_runs_is_adopted_and_an_app_is_exported(site: AppSite, tmp_path: Path) -> None:
    with client_of(site.host) as client:
        settings = {"name": "wanderer", "init": True, "environment": ["A=b"]}
        client.containers.run(site.image, ["sleep", "600"], detach=True, **settings)
    assert "wanderer" in run(site, "adopt").stdout
    assert "wanderer" in {it["name"] for it in json.loads(run(site, "adopt", "--json").stdout)}
    refused = run(site, "adopt", "wanderer", said="no\n")
    assert (refused.returncode, "wanderer-before-appos-" in refused.stderr) == (1, True), refused.stderr
    assert run(site, "adopt", "wanderer", "--json").returncode == 1
    assert run(site, "adopt", "nobody").returncode == 1
    assert run(site, "adopt", "wanderer", said="wanderer\n").returncode == 0
    site.state("wanderer", "running")

    file = tmp_path / "away.tar.gz"
    told = run(site, "export", "wanderer", "--secrets", "-o", str(file))
    assert told.returncode == 0, told.stderr
    with tarfile.open(file) as archive:
        assert {"wanderer/compose.yaml", "wanderer/.env", "wanderer/README.md"} <= set(archive.getnames())
        env = archive.extractfile("wanderer/.env")
        assert env is not None
        assert env.read() == b"A=b\n"
    assert file.stat().st_mode & 0o777 == 0o600
    nowhere = run(site, "export", "wanderer", "-o", str(tmp_path / "none" / "x"))
    assert (nowhere.returncode, "cannot be written" in nowhere.stderr) == (1, True), nowhere.stderr
    assert run(site, "rm", "wanderer", "--volumes", "--yes").returncode == 0
    with client_of(site.host) as client:
        (aside,) = client.containers.list(all=True, filters={"name": "wanderer-before-appos"})
        aside.remove()


def test_an_app_of_a_repository(site: AppSite, tmp_path: Path) -> None:
    shop = repository(tmp_path / "repositories" / "shop")
    shop.commit({"deploy/compose.yaml": web(site.image), "README.md": "no\n"})
    with http_server(tmp_path / "repositories") as server:
        words = ("shop", "--git", f"{server.url}/shop", "--path", "deploy")
        checked = run(site, "check", *words)
        assert (checked.returncode, "create web" in checked.stdout) == (0, True), checked.stderr
        made = run(site, "deploy", *words)
        assert (made.returncode, "fetch: succeeded" in made.stderr) == (0, True), made.stderr
        shop.commit({"deploy/compose.yaml": web(site.image, "two")}, branch="next")
        again = run(site, "deploy", *words, "--branch", "gone")
        assert (again.returncode, "It has main, next." in again.stderr) == (1, True), again.stderr
    assert run(site, "rm", "shop", "--volumes", "--yes").returncode == 0


def test_another_appos_is_asked_with_a_token(site: AppSite, tmp_path: Path) -> None:
    env = {"APPOS_DATA": str(tmp_path / "none"), "APPOS_URL": site.server.url}
    without = run(site, "list", **env)
    assert (without.returncode, "APPOS_TOKEN" in without.stderr) == (1, True)
    token = tmp_path / "token"
    token.write_text(site.token)
    assert run(site, "list", "--json", **env, APPOS_TOKEN_FILE=str(token)).stdout == "[]\n"
    assert not (tmp_path / "none").exists()


def test_what_is_wrong_is_said_with_its_place(site: AppSite, tmp_path: Path) -> None:
    file = tmp_path / "compose.yaml"
    file.write_text("services:\n  web:\n    imagee: x\n")
    done = run(site, "deploy", "bad", "-f", str(file))
    assert (done.returncode, "compose.yaml:3" in done.stderr) == (1, True), done.stderr
    assert run(site, "show", "nobody").returncode == 1
