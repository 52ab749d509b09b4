"""Values that never show: while Docker Compose works, and in what is said of it."""

import logging
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from appos.compose.deploy import Deployment
from appos.compose.invocation import UpOptions
from appos.compose.progress import Step
from appos.compose.runs import Login
from appos.errors import EngineError
from tests.engine_images import client_of
from tests.engine_registry import Registry
from tests.integration.compose_shop import MakeShop, Shop, one, shops

CANARY = "canary-7f3a91"
SECRETIVE: dict[str, Any] = {
    "services": {
        "web": {
            "build": {"context": "./image", "args": {"TOKEN": "${TOKEN}", "OTHER": "${OTHER}"}},
            "environment": {"TOKEN": "${TOKEN}", "OTHER": "${OTHER}"},
            "env_file": ["web.env"],
            "secrets": ["file", "variable"],
            "configs": [{"source": "inline", "target": "/inline"}],
            "command": ["sh", "-c", "env; cat /run/secrets/*; cat /inline; exit 5"],
        }
    },
    "secrets": {"file": {"file": "./secret.txt"}, "variable": {"environment": "TOKEN"}},
    "configs": {"inline": {"content": "config ${OTHER}"}},
}


@pytest.fixture
def make_shop(tmp_path: Path, engine_host: str, tiny_image: str) -> Iterator[MakeShop]:
    with shops(tmp_path / "shop", engine_host, tiny_image) as make:
        yield make


@contextmanager
def command_lines() -> Iterator[set[str]]:
    """Watch the process list, and collect every command line that is seen."""
    seen: set[str] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.01):
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(entry.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
                except OSError:
                    continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        stop.set()
        watcher.join()


def test_images_are_pulled_with_credentials_that_nobody_sees(
    make_shop: MakeShop, private_registry: Registry, engine_host: str, tiny_image: str
) -> None:
    reference = f"{private_registry.address}/carol/tiny:{uuid.uuid4().hex[:8]}"
    login = Login(registry=private_registry.address, username="carol", password="Basalt-Heron-7")
    with client_of(engine_host) as client:
        client.images.get(tiny_image).tag(reference)
        client.images.push(reference, auth_config={"username": login.username, "password": login.password})
        client.images.remove(reference)
    project = make_shop(one(reference))
    steps: list[Step] = []

    with pytest.raises(EngineError, match=r"no basic auth|unauthorized|authentication|denied"):
        project.compose.pull(project.files)
    with command_lines() as seen:
        project.compose.pull(project.files, logins=[login], on_step=steps.append)
        project.compose.up(project.files, UpOptions(pull="never"))

    assert any(it.id == f"Image {reference}" and it.text == "Pulled" for it in steps)
    assert any("docker-compose" in line for line in seen)
    assert "Basalt-Heron-7" not in "".join(seen) + repr(steps)
    assert [path for path in project.home.rglob("config.json")] == []


def secretive(make_shop: MakeShop, tiny_image: str) -> Shop:
    """A project with a canary wherever a value may be."""
    project = make_shop(SECRETIVE, TOKEN=f"{CANARY}-variable")
    (project.folder / "image").mkdir()
    (project.folder / "image" / "Dockerfile").write_text(
        f"FROM {tiny_image}\nARG TOKEN\nARG OTHER\nRUN echo $TOKEN $OTHER; echo $TOKEN >&2\n",
        encoding="utf-8",
    )
    (project.folder / ".env").write_text(f"OTHER={CANARY}-dotenv\n", encoding="utf-8")
    (project.folder / "web.env").write_text(f"FILE={CANARY}-file\n", encoding="utf-8")
    (project.folder / "secret.txt").write_text(f"{CANARY}-secret", encoding="utf-8")
    return project


def test_no_value_shows(make_shop: MakeShop, tiny_image: str, caplog: pytest.LogCaptureFixture) -> None:
    """Neither of environments, env files, secrets, configs nor build arguments, nor when it fails."""
    caplog.set_level(logging.DEBUG)
    project = secretive(make_shop, tiny_image)
    steps: list[Step] = []
    said: list[str] = []

    with command_lines() as seen:
        options = UpOptions(build=True)
        outcome = Deployment(
            project.compose, project.engine, project.files, options, on_step=steps.append
        ).run()
        content = SECRETIVE | {
            "services": {"web": {**SECRETIVE["services"]["web"], "ports": ["${TOKEN}:${OTHER}"]}}
        }
        project.write(content)
        said.append(project.compose.config(project.files).refusal)
        for call in (project.deploy, lambda: project.compose.build(project.files, on_step=steps.append)):
            with pytest.raises(EngineError) as caught:
                call()
            said += [caught.value.message, repr(caught.value)]

    (sick,) = outcome.unhealthy
    assert any("***" in line for line in sick.last_lines)
    assert any("***" in it.text for it in steps), "the build printed no argument"
    assert all("***" in words for words in said)
    assert any("docker-compose" in line for line in seen)
    everything = "\n".join([*seen, repr(steps), repr(outcome), *said, caplog.text, repr(project.files)])
    assert CANARY not in everything
