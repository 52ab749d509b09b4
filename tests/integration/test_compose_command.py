"""`appos compose …` against a real engine: what a person and a script see, and what is then there."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.command_line import Shell
from tests.engine_images import client_of
from tests.serving import free_port, wait_for

CANARY = "canary-51c0de"
SECONDS = 60.0

COMPOSE = """\
services:
  web:
    image: {image}
    init: true
    command: httpd -f -p 80 -h /www
    ports: ["127.0.0.1:{port}:80"]
    volumes: ["./data:/www"]
    environment: {{PASSWORD: {canary}}}
    depends_on: {{db: {{condition: service_healthy}}}}
  db:
    image: {image}
    init: true
    command: sleep 3600
    healthcheck: {{test: ["CMD", "test", "-d", "/var"], interval: 1s, retries: 2}}
    volumes: ["store:/var"]
volumes: {{store: {{}}}}
"""


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def shell(tmp_path: Path, engine_host: str, tiny_image: str, port: int) -> Iterator[Shell]:
    directory = tmp_path / "shop"
    directory.mkdir()
    text = COMPOSE.format(image=tiny_image, port=port, canary=CANARY)
    (directory / "compose.yaml").write_text(text, encoding="utf-8")
    made = Shell(directory, engine_host, tmp_path / "data")
    yield made
    made.run("down", "--volumes")


def change(shell: Shell, before: str, after: str) -> None:
    path = shell.directory / "compose.yaml"
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def actions(review: dict[str, Any]) -> set[tuple[str, str, str]]:
    return {(it["kind"], it["target"], it["name"]) for it in review["plan"]["actions"]}


def test_a_project_comes_up_answers_changes_and_goes_down_with_its_data(shell: Shell, port: int) -> None:
    planned = shell.json("plan")
    assert actions(planned) == {
        ("create", "network", "default"),
        ("create", "volume", "store"),
        ("create", "service", "db"),
        ("create", "service", "web"),
    }
    shell.run("up")
    containers = shell.json("ps")
    assert {(it["service"], it["state"], it["health"]) for it in containers} == {
        ("web", "running", ""),
        ("db", "running", "healthy"),
    }
    (shell.directory / "data" / "index.html").write_text("hello")
    with urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS) as page:
        assert page.read() == b"hello"
    assert {kind for kind, _, _ in actions(shell.json("plan"))} == {"untouched"}

    change(shell, CANARY, f"{CANARY}-2")
    assert actions(shell.json("plan")) >= {("recreate", "service", "web"), ("untouched", "service", "db")}
    outcome = shell.json("up")["outcome"]
    assert outcome["unhealthy"] == []
    assert shell.run("logs", "--tail", "1").returncode == 0

    shell.run("down")
    assert shell.json("ps") == []
    with client_of(shell.host) as client:
        assert [volume.name for volume in client.volumes.list(filters={"name": "shop_store"})]
    assert not [text for text in shell.said if CANARY in text]


def test_a_person_sees_progress_and_a_script_reads_lines(shell: Shell) -> None:
    done = shell.run("up")
    assert "✓ Container shop-web-1 Started" in done.stderr
    assert done.stdout == "Every service is running.\n"

    change(shell, "sleep 3600", "sleep 3601")
    lines = [json.loads(line) for line in shell.run("up", "--json").stdout.splitlines()]
    steps = [line["step"] for line in lines if "step" in line]
    assert {"id": "Container shop-db-1", "status": "Done", "text": "Started"}.items() <= max(
        (step for step in steps if step["id"] == "Container shop-db-1" and step["text"] == "Started"),
        key=len,
        default={},
    ).items()
    assert "outcome" in lines[-1]


def test_a_service_that_is_not_healthy_is_named_with_its_last_lines(shell: Shell) -> None:
    change(shell, '["CMD", "test", "-d", "/var"]', '["CMD", "false"]')
    change(shell, "sleep 3600", "sh -c 'echo out of ink; sleep 3600'")

    done = shell.run("up", status=1)
    assert "The service db is not healthy" in done.stdout
    assert "out of ink" in done.stdout


def test_what_a_port_is_taken_by_is_said_before_anything_is_done(
    shell: Shell, port: int, engine_host: str, tiny_image: str
) -> None:
    with client_of(engine_host) as client:
        holder = client.containers.run(
            tiny_image,
            "sleep 3600",
            detach=True,
            init=True,
            name="holder",
            ports={"80/tcp": ("127.0.0.1", port)},
        )
        try:
            done = shell.run("up", status=1)
            assert f'Port 127.0.0.1:{port}/tcp of the host is taken by the container "holder".' in done.stderr
            (finding,) = shell.json("plan", status=1)["refused"]
            assert (finding["code"], finding["path"], finding["line"]) == (
                "port_taken",
                "services.web.ports[0]",
                6,
            )
            assert shell.json("ps") == []
        finally:
            holder.remove(force=True)


def test_external_networks_are_made_when_asked_for(shell: Shell) -> None:
    with (shell.directory / "compose.yaml").open("a") as file:
        file.write("networks: {default: {name: shop-front, external: true}}\n")

    assert "shop-front" in shell.run("up", status=1).stderr
    shell.run("up", "--create-external")
    with client_of(shell.host) as client:
        (network,) = client.networks.list(names=["shop-front"])
        shell.run("down", "--volumes")
        network.remove()


def test_an_interrupted_up_ends_in_order_and_the_next_one_heals_it(shell: Shell) -> None:
    change(shell, '["CMD", "test", "-d", "/var"]', '["CMD", "false"]')
    change(shell, "retries: 2", "retries: 100")
    process = subprocess.Popen(
        shell.command("up"),
        cwd=shell.directory,
        env=shell.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if "db-1 Waiting" in line:
            break
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 1, said
    assert "told to stop" in said
    assert time.monotonic() - began < SECONDS / 2
    wait_for(lambda: not _composes(shell), SECONDS, "an end of Compose")

    change(shell, '["CMD", "false"]', '["CMD", "true"]')
    assert shell.json("up")["outcome"]["unhealthy"] == []


def _composes(shell: Shell) -> list[str]:
    """The Compose processes that work on the project."""
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(shell.directory) in line and "docker-compose" in line]


def test_check_needs_neither_engine_nor_data_directory(tmp_path: Path) -> None:
    directory = tmp_path / "bare"
    directory.mkdir()
    (directory / "compose.yaml").write_text("services: {web: {image: 'nginx:1.27'}}\n")
    shell = Shell(directory, "unix:///nowhere/docker.sock", tmp_path / "none")

    assert shell.json("check") == {"valid": True, "findings": []}
    (directory / "compose.yaml").write_text("services: {web: {image: 'nginx:1.27', prots: []}}\n")
    checked = shell.json("check", status=1)
    assert checked["valid"] is False
    assert set(checked["findings"][0]) == {"severity", "code", "path", "file", "line", "message", "fix"}
    assert not (tmp_path / "none").exists()
    assert sorted(path.name for path in directory.iterdir()) == ["compose.yaml"]


@pytest.mark.parametrize(
    "arguments", [(), ("nonsense",), ("check", "--nonsense"), ("up", "--wait-timeout", "0")], ids=" ".join
)
def test_wrong_usage_is_2(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    shell = Shell(tmp_path, "unix:///nowhere/docker.sock", tmp_path / "none")

    assert "usage: appos" in shell.run(*arguments, status=2).stderr


def test_arguments_behind_the_verb_are_told_where_they_stand(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "unix:///nowhere/docker.sock", tmp_path / "none")

    assert "unrecognized arguments: -p x (-f, -p, " in shell.run("check", "-p", "x", status=2).stderr
    assert "write it into a file" in shell.run("-f", "-", "check", status=2).stderr
    assert "it names no file" in shell.run("-f", "", "check", status=2).stderr


def test_all_that_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services:\n  web:\n    imagee: x\n    ports: [a]\n")
    shell = Shell(tmp_path, "unix:///nowhere/docker.sock", tmp_path / "data")

    refused = shell.run("config", "--json", status=1)
    told = json.loads(refused.stdout)["error"]

    assert told["code"] == "compose_invalid"
    assert {"services.web.imagee", "services.web.ports[0]"} <= set(told["fields"])
    assert "services.web.imagee (compose.yaml:3): " in refused.stderr
    assert "services.web.ports[0] (compose.yaml:4): " in refused.stderr


def test_a_data_directory_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    shell = Shell(tmp_path, "unix:///nowhere/docker.sock", tmp_path / "file")

    said = shell.run("-p", "shop", "ps", status=1).stderr

    assert said.startswith("AppOS cannot write to ")
    assert "Traceback" not in said


@pytest.mark.parametrize("verb", ["ps", "down", "logs"])
def test_a_name_that_no_project_has_is_refused(tmp_path: Path, verb: str) -> None:
    shell = Shell(tmp_path, "unix:///nowhere/docker.sock", tmp_path / "data")

    assert "'Shop' is no name for a project" in shell.run("-p", "Shop", verb, status=1).stderr


def test_output_that_nobody_reads_ends_it_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'nginx:1.27'}}\n")
    shell = Shell(tmp_path, "unix:///nowhere/docker.sock", tmp_path / "data")
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        shell.command("config"),
        cwd=tmp_path,
        env=shell.environment,
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (141, b"")


def test_ctrl_c_while_it_looks_ends_it_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'nginx:1.27'}}\n")
    slow = tmp_path / "compose"
    slow.write_text("#!/bin/sh\n[ $2 = --short ] && echo 2.40.0 || exec sleep 60\n")
    slow.chmod(0o755)
    shell = Shell(tmp_path, "unix:///nowhere/docker.sock", tmp_path / "data")
    # A shell that runs the tests in the background has its children ignore Ctrl-C.
    with subprocess.Popen(
        ["env", "--default-signal=INT", *shell.command("config")],
        cwd=tmp_path,
        env={**shell.environment, "COMPOSE_BINARY": str(slow), "TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
    ) as process:
        wait_for(lambda: list(tmp_path.glob("appos-*/runs/run-*/lock")), SECONDS, "a run of Compose")
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=SECONDS)

    assert (process.returncode, said) == (130, b"")
    assert not list(tmp_path.glob("appos-*"))


def test_an_engine_that_is_not_there_is_said(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text("services: {web: {image: 'nginx:1.27'}}\n")
    shell = Shell(tmp_path, "unix:///nowhere/docker.sock", tmp_path / "data")

    assert "/nowhere/docker.sock" in shell.run("up", status=1).stderr


def test_the_settings_of_the_policy_count_for_every_deployment(shell: Shell) -> None:
    change(shell, "command: sleep 3600", "command: sleep 3600\n    pid: host")
    (warned,) = [it for it in shell.json("plan")["findings"] if it["code"] == "host_pid"]
    assert (warned["path"], warned["severity"]) == ("services.db.pid", "warning")

    shell.data_dir.mkdir(exist_ok=True)
    (shell.data_dir / "policy.json").write_text('{"superuser": {"host_pid": "refused"}}')
    assert "`pid: host`" in shell.run("up", status=1).stderr
    assert shell.json("ps") == []

    (shell.data_dir / "policy.json").write_text("{")
    assert "policy.json cannot be read" in shell.run("up", status=1).stderr
    (shell.data_dir / "policy.json").unlink()
