"""A running AppOS against its own description: nothing is answered that it does not tell, and nothing fails.

schemathesis makes requests that the description allows, and some that it does not. Who asks, and whether what
a path names is there, is drawn besides.
"""

import contextlib
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from simple_websocket import Client, ConnectionClosed

from tests.conformance.conftest import COUNTS
from tests.engine_daemon import running_engine
from tests.engine_images import client_of, load_tiny_image
from tests.serving import Server, running_server, wait_for

pytestmark = pytest.mark.campaign

IS_FULL = os.environ.get("CAMPAIGN") == "full"
EXAMPLES = 150 if IS_FULL else 6
# The sample is the same at every run, the full count is not.
SEED = int(os.environ.get("CAMPAIGN_SEED", 0)) or (random.randrange(1, 1 << 31) if IS_FULL else 1)
CHECKS = [status_code_conformance, content_type_conformance, response_schema_conformance]
STREAM = "text/event-stream"
# What would change the answers to all that follows, what would make a stream of an answer, and what an engine
# looks for among its plugins for fifteen seconds.
LEFT_ALONE = {"rateLimits", "follow", "driver"}
USER = {"email": "bob@example.com", "password": "Granite-Falcon-42", "passwordConfirm": "Granite-Falcon-42"}
# What a path may name that cannot be here, and why.
UNREAL = {
    "registry": "a registry is kept only once it has taken the password",
    "key": "there are no backups of PocketBase's kind",
    "filename": "the collection has no file",
}
# An app whose image is nowhere, so that nothing runs; it was never deployed. And one that was.
WIKI = {"name": "wiki", "compose": "services:\n  web:\n    image: nowhere.invalid/wiki:1\n", "start": False}
SHOP = (
    "services:\n  web:\n    image: {image}\n    init: true\n    network_mode: none\n"
    "    command: [sleep, '3600']\n    stop_grace_period: 0s\n"
)
RECORDING = '{"version":2,"width":80,"height":24,"timestamp":1,"title":"","env":{},"user":"a","where":"b"}\n'
POSTS = {
    "name": "posts",
    "type": "base",
    "fields": [{"name": "title", "type": "text"}, {"name": "count", "type": "number"}],
    **{f"{verb}Rule": "" for verb in ("list", "view", "create", "update", "delete")},
}


@dataclass
class World:
    """A server, tokens by who has them, and what paths may name that is there."""

    server: Server
    description: Any
    tokens: tuple[str, ...]
    real: dict[str, tuple[str | int, ...]]

    def operations(self) -> Iterator[Any]:
        """What is deleted is deleted last."""
        schema = schemathesis.openapi.from_dict(self.description)
        results = list(schema.get_all_operations())
        found = [result.ok() for result in results if isinstance(result, Ok)]
        assert len(found) == len(results)
        yield from sorted(found, key=lambda operation: operation.method.upper() == "DELETE")

    def told(self, operation: Any) -> Any:
        return self.description["paths"][operation.path][operation.method.lower()]

    def is_endless(self, operation: Any) -> bool:
        """Whether it answers with nothing but a stream, or turns into something that is no HTTP."""
        responses = self.told(operation)["responses"]
        return "101" in responses or list(responses.get("200", {}).get("content", {})) == [STREAM]


def running_box(host: str) -> str:
    """Run a container named `box`, beside a network and a volume, and return the image that it is of."""
    image = load_tiny_image(host)
    with client_of(host) as client:
        command = ["sh", "-c", "trap exit TERM; sleep 600 & wait"]
        client.containers.run(image, command, detach=True, name="box")
        client.networks.create("own")
        client.volumes.create("kept")
    return image


def deployed(server: Server, token: str, image: str) -> str:
    """Deploy an app that runs, and return its id."""
    body = {"name": "shop", "compose": SHOP.format(image=image), "settings": {"watchSeconds": 0}}
    answer = made(server, "/api/appos/apps/deploy", token, body)

    def is_done() -> bool:
        job = server.request("GET", f"/api/appos/jobs/{answer['job']['id']}", token).json()
        assert job["state"] in ("queued", "running", "succeeded"), job
        return bool(job["state"] == "succeeded")

    wait_for(is_done, 60, "an app")
    return str(answer["app"]["id"])


def logged(server: Server, token: str) -> str:
    """Wait for the first line of the log of requests, and return its id."""
    ask = partial(server.request, "GET", "/api/logs", token)
    return str(wait_for(lambda: ask().json()["items"], 20, "a line of the log")[0]["id"])


def opened(server: Server, token: str) -> Client:
    """Open a terminal in the app."""
    path = "/api/appos/terminal/apps/shop/web"
    ticket = made(server, "/api/appos/terminal/tickets", token, {"path": path})["ticket"]
    return Client(f"ws://127.0.0.1:{server.port}{path}?ticket={ticket}", headers={"Origin": server.url})


def made(server: Server, path: str, token: str, body: object) -> Any:
    answer = server.request("POST", path, token, body)
    assert answer.status in (200, 201, 202), answer.text
    return answer.json()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("openapi")
    with (
        running_engine() as engine,
        running_server(folder / "data", DOCKER_HOST=engine.host, JOB_GRACE_SECONDS="0") as server,
    ):
        superuser, image = server.claim(), running_box(engine.host)
        made(server, "/api/collections", superuser, POSTS)
        post = made(server, "/api/collections/posts/records", superuser, {"title": "one"})
        user = made(server, "/api/collections/users/records", superuser, USER)
        job = made(server, "/api/appos/jobs", superuser, {"kind": "system.check"})
        app = made(server, "/api/appos/apps/deploy", superuser, WIKI)["app"]
        server.request("PUT", f"/api/appos/apps/{app['id']}/grants", superuser, {user["id"]: "operate"})
        signed_in = {"identity": USER["email"], "password": USER["password"]}
        token = made(server, "/api/collections/users/auth-with-password", "", signed_in)["token"]
        shop = deployed(server, superuser, image)
        terminal = opened(server, superuser)
        sessions = server.request("GET", "/api/appos/terminal/sessions", superuser).json()["items"]
        (server.data_dir / "recordings").mkdir(exist_ok=True)
        (server.data_dir / "recordings" / "abc.cast").write_text(RECORDING, encoding="utf-8")
        yield World(
            server=server,
            description=server.request("GET", "/api/openapi.json").json(),
            tokens=(superuser, superuser, token, ""),
            real={
                "collection": ("posts", "users"),
                "record_id": (post["id"], user["id"]),
                "job_id": (job["id"],),
                "app_id": ("wiki", app["id"], "shop", shop),
                "container": ("box", "shop-web-1"),
                "network": ("bridge", "own"),
                "service": ("web",),
                "recording": ("abc",),
                "session_id": (sessions[0]["id"],),
                "what": ("images", "containers", "volumes", "networks", "build-cache"),
                "number": (1, 2),
                "name": ("appos", "kept"),
                "cron_id": ("__pbLogsCleanup__",),
                "log_id": (logged(server, superuser),),
            },
        )
        with contextlib.suppress(ConnectionClosed, OSError):
            terminal.close()


def problem_of(world: World, operation: Any, mode: GenerationMode) -> str:
    """What is wrong with the answers to an operation, with a small request that shows it; "" for nothing."""
    names = sorted(world.real)

    @seed(SEED)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        case=operation.as_strategy(generation_mode=mode),
        token=st.sampled_from(world.tokens),
        real=st.one_of(st.none(), st.fixed_dictionaries({n: st.sampled_from(world.real[n]) for n in names})),
    )
    def ask(case: Case[Any], token: str, real: dict[str, str | int] | None) -> None:
        if real and case.path_parameters:
            case.path_parameters.update({name: real[name] for name in case.path_parameters if name in real})
        for part in (case.body, case.query):
            if isinstance(part, dict):
                for name in LEFT_ALONE & part.keys():
                    del part[name]
        headers = {"Authorization": token} if token else {}
        response = case.call(base_url=world.server.url, headers=headers, timeout=30)
        assert response.status_code != 500, response.text
        case.validate_response(response, checks=CHECKS)

    try:
        ask()
    except Unsatisfiable:
        # What takes nothing cannot be asked wrongly.
        return ""
    except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - whatever it is, it is told with all others
        return f"{operation.label} ({mode.value}): {error}"
    return ""


def test_what_paths_name_is_there(world: World) -> None:
    named = {name for path in world.description["paths"] for name in re.findall(r"\{(\w+)\}", path)}

    assert named == world.real.keys() | UNREAL.keys()
    assert all(world.real.values())


@pytest.mark.timeout(3600 if IS_FULL else 120)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: str(mode.value))
def test_every_answer_is_described(world: World, mode: GenerationMode) -> None:
    asked = [each for each in world.operations() if not world.is_endless(each)]
    problems = [problem_of(world, operation, mode) for operation in asked]

    assert len(asked) > 60
    if any(problems):
        # Told in whole, with the requests that show them.
        pytest.fail(f"seed {SEED}\n\n" + "\n\n".join(filter(None, problems)))
    kind = f"operations of the API, asked up to {EXAMPLES} times each in {mode.value} ways (seed {SEED})"
    COUNTS[f"{kind}: every answer is described, and none is a 500"] += len(asked)
    assert "request_crashed" not in world.server.log_text()


def test_every_stream_begins_as_described(world: World) -> None:
    streams = [each for each in world.operations() if world.is_endless(each)]
    for operation in streams:
        told = world.told(operation)["responses"]
        path = str(operation.path)
        for name, values in world.real.items():
            path = path.replace(f"{{{name}}}", str(values[0]))
        for token in set(world.tokens):
            headers = {"Authorization": token} if token else {}
            answer = requests.get(world.server.url + path, headers=headers, stream=True, timeout=30)
            with answer:
                assert str(answer.status_code) in told, (path, answer.status_code)
                media = answer.headers["Content-Type"].partition(";")[0]
                assert media in told[str(answer.status_code)]["content"], (path, media)

    assert streams


def test_the_page_and_the_description_are_for_everybody(tmp_path: Path, world: World) -> None:
    for path, media in (("/api/openapi.json", "application/json"), ("/api/docs", "text/html")):
        answer = world.server.request("GET", path)
        assert (answer.status, answer.headers["Content-Type"].partition(";")[0]) == (200, media)
