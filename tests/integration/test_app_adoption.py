"""Projects of the host's own Compose become apps, and apps go on with it."""

import io
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from appos.compose.binary import ComposeBinary
from tests.integration.app_site import AppSite, app_site, web


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("adoption"), engine_host, tiny_image) as running:
        yield running


def compose(site: AppSite, directory: Path, *words: str) -> str:
    """Run the host's own Compose in a directory."""
    program = ComposeBinary(site.server.data_dir, None).path()
    done = subprocess.run(
        [str(program), *words],
        cwd=directory,
        env={"DOCKER_HOST": site.host, "PATH": "/usr/bin:/bin", "HOME": str(directory)},
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_project_of_the_host_is_adopted_with_an_empty_plan(site: AppSite, tmp_path: Path) -> None:
    directory = tmp_path / "blog"
    (directory / "data").mkdir(parents=True)
    text = web(
        site.image,
        "${WORD}",
        more="    volumes:\n      - ./data:/data\n      - kept:/kept\nvolumes:\n  kept:\n",
    )
    (directory / "compose.yaml").write_text(text)
    (directory / ".env").write_text("WORD=one\n")
    compose(site, directory, "up", "--detach", "--wait")
    before = site.containers("blog")

    found = site.done("GET", "apps/adoptable", status=200)["items"]
    assert [(it["name"], it["problem"]) for it in found if it["name"] == "blog"] == [("blog", "")]
    job = site.job(site.done("POST", "apps/adopt", {"project": "blog"}))
    assert job["state"] == "succeeded", job
    assert site.containers("blog") == before
    app = site.state("blog", "running")
    assert (app["release"], app["source"]["kind"]) == (1, "adopted")
    assert f"{directory}/data:/data" in site.done("GET", "apps/blog/compose", status=200)["compose"]


def test_what_would_be_changed_needs_consent(site: AppSite, tmp_path: Path) -> None:
    directory = tmp_path / "diary"
    directory.mkdir()
    (directory / "compose.yaml").write_text(web(site.image))
    compose(site, directory, "up", "--detach", "--wait")
    before = site.containers("diary")
    (directory / "compose.yaml").write_text(web(site.image, "two"))

    refused = site.ask("POST", "apps/adopt", {"project": "diary"})
    assert (refused.status, refused.json()["code"]) == (409, "consent_needed")
    assert site.containers("diary") == before
    assert site.ask("GET", "apps/diary").status == 404
    assert (
        site.job(site.done("POST", "apps/adopt", {"project": "diary", "consent": True}))["state"]
        == "succeeded"
    )
    assert site.ask("POST", "apps/adopt", {"project": "nobody"}).status == 404


def test_the_hosts_own_compose_works_on_an_app_and_on_its_export(site: AppSite, tmp_path: Path) -> None:
    site.deployed(
        "notes", web(site.image, "${WORD}"), env={"WORD": "canary-815"}, settings={"watchSeconds": 1}
    )
    before = site.containers("notes")
    assert "notes" in compose(site, tmp_path, "ls")
    project = site.server.data_dir / "apps" / "notes"
    assert "notes-web-1" in compose(site, project, "ps")

    hidden = _unpacked(site, tmp_path / "hidden", "apps/notes/export")
    assert "canary-815" not in (hidden / ".env").read_text()
    open_ = _unpacked(site, tmp_path / "open", "apps/notes/export?secrets=1")
    assert "docker compose --project-name notes up" in (open_ / "README.md").read_text()
    compose(site, open_, "--project-name", "notes", "up", "--detach", "--wait")
    assert site.containers("notes") == before
    compose(site, open_, "--project-name", "notes", "down")
    assert site.containers("notes") == {}
    assert site.state("notes", "stopped")["hasDrift"] is True


def _unpacked(site: AppSite, folder: Path, path: str) -> Path:
    data = site.raw(path)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(folder, filter="data")
    return folder / "notes"
