"""AppOS with an engine, as somebody asks it over HTTP to deploy apps."""

import http.client
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.engine_images import client_of
from tests.serving import Answer, Server, running_server

JOB_SECONDS = 90.0
FINAL = ("succeeded", "failed", "cancelled", "interrupted")


@dataclass
class AppSite:
    """One AppOS, one engine, and a superuser who asks."""

    server: Server
    host: str
    image: str
    token: str

    def ask(self, method: str, path: str, body: object = None) -> Answer:
        return self.server.request(method, f"/api/appos/{path}", self.token, body, timeout=60)

    def done(self, method: str, path: str, body: object = None, status: int = 202) -> Any:
        answer = self.ask(method, path, body)
        assert answer.status == status, f"{method} {path}: {answer.status} {answer.text}"
        return answer.json() if answer.text else None

    def job(self, accepted: Mapping[str, Any], seconds: float = JOB_SECONDS) -> dict[str, Any]:
        """Wait for the end of a job."""
        give_up_at = time.monotonic() + seconds
        while True:
            job: dict[str, Any] = self.done("GET", f"jobs/{accepted['job']['id']}", status=200)
            if job["state"] in FINAL:
                return job
            assert time.monotonic() < give_up_at, job
            time.sleep(0.1)

    def deployed(self, name: str, compose: str, **more: object) -> dict[str, Any]:
        """Deploy an app, and return its job, which has succeeded."""
        job = self.job(self.done("POST", "apps/deploy", {"name": name, "compose": compose, **more}))
        assert job["state"] == "succeeded", job
        return job

    def edited(self, name: str, compose: str) -> dict[str, Any]:
        """Save a Compose file, deploy it, and return the job as it ended."""
        self.done("PUT", f"apps/{name}/compose", {"compose": compose}, status=200)
        return self.job(self.done("POST", f"apps/{name}/redeploy"))

    def verb(self, name: str, verb: str, body: object = None) -> dict[str, Any]:
        return self.job(self.done("POST", f"apps/{name}/{verb}", body))

    def app(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.done("GET", f"apps/{name}", status=200)
        return found

    def state(self, name: str, wanted: str, seconds: float = 20.0) -> dict[str, Any]:
        """Wait until an app is in a state."""
        give_up_at = time.monotonic() + seconds
        while True:
            found = self.app(name)
            if found["state"] == wanted:
                return found
            assert time.monotonic() < give_up_at, found
            time.sleep(0.1)

    def containers(self, name: str) -> dict[str, tuple[str, str]]:
        """The containers of an app: their states and images, by their names."""
        with client_of(self.host) as client:
            label = f"com.docker.compose.project={name}"
            found = client.api.containers(all=True, filters={"label": label})
        return {it["Names"][0].removeprefix("/"): (it["State"], it["ImageID"]) for it in found}

    def log(self, job: Mapping[str, Any]) -> str:
        """The lines of a job's log that has ended."""
        return self.ask("GET", f"jobs/{job['id']}/log").text

    def raw(self, path: str) -> bytes:
        """What a download holds."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            connection.request("GET", f"/api/appos/{path}", headers={"Authorization": self.token})
            return connection.getresponse().read()
        finally:
            connection.close()

    @contextmanager
    def stream(self, path: str) -> Iterator[Iterator[tuple[str, Any]]]:
        """Read server-sent events, as their names and data, for as long as the block lasts."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        try:
            connection.request("GET", f"/api/appos/{path}", headers={"Authorization": self.token})
            response = connection.getresponse()
            assert response.status == 200, response.read()
            yield _events(response)
        finally:
            connection.close()

    def remove(self, name: str) -> None:
        """Remove an app with all it has, if it is there."""
        if self.ask("GET", f"apps/{name}").status == 200:
            job = self.job(self.done("DELETE", f"apps/{name}?volumes=1"))
            assert job["state"] == "succeeded", job


def _events(response: http.client.HTTPResponse) -> Iterator[tuple[str, Any]]:
    name = ""
    while line := response.readline():
        text = line.decode().rstrip("\n")
        if text.startswith("event:"):
            name = text.removeprefix("event:")
        elif text.startswith("data:"):
            yield name, json.loads(text.removeprefix("data:"))


@contextmanager
def app_site(
    folder: Path, host: str, image: str, *, claim: Callable[[Server], str] = Server.claim, **env: str
) -> Iterator[AppSite]:
    """Run AppOS on an engine; `claim` makes its superuser. What it deployed is removed at the end."""
    with running_server(folder / "data", DOCKER_HOST=host, **env) as server:
        site = AppSite(server, host, image, claim(server))
        yield site
        for app in site.done("GET", "apps?perPage=200", status=200)["items"]:
            site.remove(app["name"])


def web(image: str, text: str = "one", *, more: str = "", port: int | None = None) -> str:
    """A Compose file of one service that serves a text and says whether it is healthy."""
    ports = f'    ports: ["127.0.0.1:{port}:80"]\n' if port else ""
    return (
        "services:\n"
        "  web:\n"
        f"    image: {image}\n"
        "    init: true\n"
        f"    command: [sh, -c, 'echo {text} > /index.html; exec httpd -f -p 80']\n"
        "    healthcheck:\n"
        "      test: [CMD, wget, -q, -O, /dev/null, 'http://127.0.0.1/']\n"
        "      interval: 0.5s\n      retries: 3\n      timeout: 2s\n"
        "    stop_grace_period: 1s\n"
        f"{ports}{more}"
    )
