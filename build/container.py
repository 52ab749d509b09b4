"""Runs AppOS as a container: what `make start` and its like do where a Docker Engine answers.

Where none does, or where AppOS already runs on this machine without a container, build/native.py is asked.
"""

import argparse
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, ImageNotFound, NotFound

import engines
import image
import native

CLONE = Path(__file__).resolve().parent.parent
BUILD = CLONE / "build"
OWN_COMPOSE = CLONE / ".venv" / "bin" / "docker-compose"
NAME = "appos"
VOLUME = "appos_data"
PREVIOUS = "appos:previous"
DATA = "/appos/data"
COPY = "/usr/lib/appos/build/copy_database.pyc"
CHECK = ["wget", "-q", "-O", "/dev/null", "http://localhost/api/health"]
HEALTHY_SECONDS = 60
POLL_SECONDS = 0.25


def compose(*arguments: str, **settings: str) -> None:
    """Run Compose on AppOS's own project: the host's, or without one the Compose that AppOS brings."""
    docker_cli = shutil.which("docker")
    probe = [docker_cli or "docker", "compose", "version"]
    has_plugin = docker_cli and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    program = [str(docker_cli), "compose"] if has_plugin else [str(OWN_COMPOSE)]
    command = [
        *program,
        "--file",
        str(BUILD / "docker-compose.yml"),
        "--env-file",
        str(BUILD / ".env"),
        *arguments,
    ]
    done = subprocess.run(command, env={**_environment(), **settings}, stdin=subprocess.DEVNULL, check=False)
    if done.returncode:
        sys.exit(done.returncode)


def _environment() -> dict[str, str]:
    """The environment of this shell, with make's PORT under its own name."""
    env = {name: value for name, value in os.environ.items() if name not in ("PORT", "MAKEFLAGS", "MFLAGS")}
    port = os.environ.get("PORT", "").strip()
    if port:
        env["HTTP_PORT"] = port
    host = env.get("DOCKER_HOST", "")
    if host.startswith("unix://"):
        env.setdefault("DOCKER_SOCKET", host.removeprefix("unix://"))
    return env


# What is there.


def state(client: "docker.DockerClient") -> str:
    """Return the state of the container (running, exited, ...), "" where there is none."""
    try:
        return str(client.containers.get(NAME).status)
    except NotFound:
        return ""


def is_chosen(command: str) -> bool:
    """Whether a command is for the container; if not, say why where a person may wonder."""
    run = native.read_run()
    if run and run.is_alive():
        return False
    missing = engines.why_not()
    if missing and command == "start":
        engines.offer()
        missing = engines.why_not()
    if missing:
        if command == "start":
            print(f"No Docker Engine answers, so AppOS runs on this machine without a container ({missing}).")
        return False
    with engines.connected() as client:
        return command in CONTAINER_ONLY or command == "start" or bool(state(client))


# The verbs.


def start(client: "docker.DockerClient") -> None:
    """Start the container, with its image built if it is missing, and wait until it is healthy."""
    name = image.name()
    try:
        client.images.get(name)
    except ImageNotFound:
        print(f"There is no image {name} yet.")
        image.build(client)
    if not _up(client, name):
        sys.exit(f"{_log_end(client)}\nThe container {NAME} does not answer; the lines above end its log.")
    _print_address(client)


def _up(client: "docker.DockerClient", name: str) -> bool:
    """Make the container run an image, and wait for an answer through all of it; tell whether there was one.

    Its own health check would be as good, but an engine looks only every ten seconds.
    """
    compose("up", "--detach", IMAGE_NAME=name)
    deadline = time.monotonic() + HEALTHY_SECONDS
    while time.monotonic() < deadline:
        container = client.containers.get(NAME)
        try:
            if container.exec_run(CHECK).exit_code == 0:
                return True
        except APIError:
            # It ended before it could be asked.
            container.reload()
        if container.status != "running" or container.attrs["RestartCount"]:
            return False
        time.sleep(POLL_SECONDS)
    return False


def _log_end(client: "docker.DockerClient") -> str:
    return str(client.containers.get(NAME).logs(tail=20).decode(errors="replace"))


def _print_address(client: "docker.DockerClient") -> None:
    container = client.containers.get(NAME)
    bindings = container.ports.get("80/tcp") or [{"HostPort": "9091"}]
    print(f"AppOS runs at http://127.0.0.1:{bindings[0]['HostPort']}")
    status, link = container.exec_run(["appos", "setup-link"], demux=True)
    if status == 0 and link[0]:
        print(f"Claim it with this link:\n{link[0].decode().strip()}")


def stop(_client: "docker.DockerClient") -> None:
    """Stop the container in order; it starts again with `start`, and not by itself."""
    compose("stop")


def restart(client: "docker.DockerClient") -> None:
    """Stop it and start it again."""
    compose("stop")
    start(client)


def status(client: "docker.DockerClient") -> None:
    """Say whether it runs and is healthy."""
    container = client.containers.get(NAME)
    health = container.attrs["State"].get("Health", {}).get("Status", "")
    print(f"The container {NAME} is {container.status}{f' and {health}' if health else ''}.")
    if container.status != "running":
        sys.exit(native.NOT_RUNNING)
    if health == "unhealthy":
        sys.exit("It does not answer; see: make logs")


def logs(_client: "docker.DockerClient") -> None:
    """Print the end of what it wrote, and go on on demand."""
    compose("logs", "--no-log-prefix", "--tail", "200", *sys.argv[2:])


def stats(client: "docker.DockerClient") -> None:
    """Print its services, and its memory and processor use."""
    container = client.containers.get(NAME)
    if container.status != "running":
        sys.exit(f"The container {NAME} is {container.status}.")
    print(container.exec_run(["supervisorctl", "status"]).output.decode().rstrip())
    # The engine looks twice, a second apart, to know the use of the processor.
    told = container.stats(stream=False)
    memory = told["memory_stats"]
    used = memory["usage"] - memory["stats"].get(
        "inactive_file", memory["stats"].get("total_inactive_file", 0)
    )
    now, before = told["cpu_stats"], told["precpu_stats"]
    busy = now["cpu_usage"]["total_usage"] - before["cpu_usage"]["total_usage"]
    passed = now["system_cpu_usage"] - before.get("system_cpu_usage", 0)
    cores = now.get("online_cpus") or 1
    print(f"memory {used / 2**20:.0f} MB, CPU {100 * busy / passed * cores:.1f} %")


def delete(_client: "docker.DockerClient") -> None:
    """Remove the container; the volume and all that is in it stay."""
    compose("down")


def remove(client: "docker.DockerClient") -> None:
    """Remove the container and the volume, once somebody has said so."""
    print(
        f"This removes the container {NAME} and its volume {VOLUME}: accounts, records, files, apps' files."
    )
    if os.environ.get("YES") != "1" and (
        not sys.stdin.isatty() or input("Type yes to go on: ").strip() != "yes"
    ):
        sys.exit("Nothing was removed.")
    compose("down", "--volumes")


def upgrade(client: "docker.DockerClient") -> None:
    """Build the image of this clone and replace the container with it; go back if it does not get healthy."""
    if not state(client):
        sys.exit("There is no container to upgrade; run: make start")
    name = image.name()
    running = client.containers.get(NAME)
    running.image.tag(*PREVIOUS.split(":"))
    if os.environ.get("BUILD") != "0":
        image.build(client)
    if client.images.get(name).id == running.image.id:
        print(f"{name} is what runs already.")
        return start(client)
    compose("stop")
    copy = _in_data(client, PREVIOUS, "save", image.version())
    print(f"Copied the database to pb_data/copies/{copy}")
    if not _up(client, name):
        _go_back(client, name, copy)
    _print_address(client)
    return None


def _go_back(client: "docker.DockerClient", name: str, copy: str) -> None:
    """Run the previous image again, on the database that it knows."""
    lines = _log_end(client)
    print(
        f"{lines}\nThe new version did not become healthy; going back to the previous one.", file=sys.stderr
    )
    compose("stop")
    put_back = _in_data(client, PREVIOUS, "restore", copy)
    client.images.get(name).tag(*"appos:failed".split(":"))
    client.images.get(PREVIOUS).tag(*name.rsplit(":", 1))
    if not _up(client, name):
        sys.exit(f"{_log_end(client)}\nThe previous version does not answer either.")
    sys.exit(f"The previous version runs again; its database is {put_back}. The new image is appos:failed.")


def _in_data(client: "docker.DockerClient", name: str, *arguments: str) -> str:
    """Run the copying program of an image on the data, while nothing else does."""
    volumes = {
        mount["Name"]: mount for mount in client.containers.get(NAME).attrs["Mounts"] if mount.get("Name")
    }
    if VOLUME not in volumes:
        sys.exit(f"The container {NAME} does not keep its data in the volume {VOLUME}; upgrade it by hand.")
    try:
        printed = client.containers.run(
            name,
            ["python3", COPY, *arguments],
            volumes={VOLUME: {"bind": DATA, "mode": "rw"}},
            network_mode="none",
            remove=True,
        )
    except DockerException as error:
        sys.exit(
            f"The database could not be copied, so nothing was changed; `make start` runs it again. {error}"
        )
    return bytes(printed).decode().strip()


CONTAINER_ONLY: dict[str, Callable[["docker.DockerClient"], None]] = {
    "delete": delete,
    "rm": remove,
    "upgrade": upgrade,
}
COMMANDS = CONTAINER_ONLY | {
    "start": start,
    "stop": stop,
    "restart": restart,
    "status": status,
    "logs": logs,
    "stats": stats,
}


def main() -> None:
    """Do a command with the container, or without one."""
    parser = argparse.ArgumentParser(
        prog="container.py", description="Run AppOS, in a container where it can."
    )
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("-f", "--follow", action="store_true", help="go on with the log")
    options = parser.parse_args()
    command = options.command
    if not is_chosen(command):
        if command in CONTAINER_ONLY:
            sys.exit(
                f"`make {command}` is for the container, and no Docker Engine answers: {engines.why_not()}"
            )
        native.run_command(command, follow=options.follow)
        return
    began = time.monotonic()
    with engines.connected() as client:
        COMMANDS[command](client)
    if command in ("start", "restart", "upgrade"):
        print(f"It took {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
