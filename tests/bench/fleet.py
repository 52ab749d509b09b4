"""AppOS with hundreds of containers: its lists, what it costs at rest, and how long a deployment takes."""

import http.client
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import quantiles

from appos.compose.binary import BESIDE
from tests.bench.measures import cpu_seconds, memory_of
from tests.bench.report import Row
from tests.integration.app_site import AppSite, web
from tests.serving import members, wait_for

APPS = 50
REPLICAS = 4
CONTAINERS = APPS * REPLICAS
DEPLOY_SECONDS = 300.0
SETTLE_SECONDS = 5.0
# A list is asked for so much oftener than a process is started.
QUESTIONS_A_COMMAND = 10
PEER = "engine"
FLEET = (
    "services:\n  one:\n    image: {image}\n    init: true\n    command: [sleep, '86400']\n"
    "    network_mode: none\n    deploy:\n      replicas: {replicas}\n"
)


@dataclass(frozen=True)
class Plan:
    """How long and how often to measure."""

    idle_seconds: float
    starts: int
    questions: int
    deployments: int


def rows(site: AppSite, folder: Path, plan: Plan) -> Iterator[Row]:
    """Measure without containers, deploy many, and measure again."""
    alone = [_started(site) for _ in range(plan.starts)]
    quiet = _idle(site, plan.idle_seconds)
    _deploy_fleet(site)
    with_many = [_started(site) for _ in range(plan.starts)]
    yield Row("idle CPU", "%", [_idle(site, plan.idle_seconds)], [quiet], aim="< 0.5 %")
    grown = [1024 * (after - before) / CONTAINERS for before, after in zip(alone, with_many, strict=True)]
    yield Row("memory for a container", "kB", grown, aim="< 20 kB")
    yield from _lists(site, plan.questions)
    yield _deployments(site, folder, plan.deployments)


def _started(site: AppSite) -> float:
    """Start AppOS anew and return its memory in MiB once it rests."""
    site.server.stop()
    site.server.start()
    _await_engine(site)
    time.sleep(SETTLE_SECONDS)
    return memory_of(members(site.server.process.pid)).rss


def _await_engine(site: AppSite) -> None:
    def is_known() -> bool:
        return site.done("GET", "docker/info", status=200)["info"] is not None

    wait_for(is_known, DEPLOY_SECONDS, "the engine")


def _idle(site: AppSite, seconds: float) -> float:
    """Leave AppOS alone and return how much of a core it used meanwhile, in percent."""
    pids = members(site.server.process.pid)
    before = cpu_seconds(pids)
    time.sleep(seconds)
    return 100 * (cpu_seconds(pids) - before) / seconds


def _deploy_fleet(site: AppSite) -> None:
    for number in range(APPS):
        compose = FLEET.format(image=site.image, replicas=REPLICAS)
        body = {"name": f"app{number:02}", "compose": compose, "settings": {"watchSeconds": 0}}
        site.done("POST", "apps/deploy", body)

    def states() -> list[str]:
        return [it["state"] for it in site.done("GET", "apps?perPage=200", status=200)["items"]]

    wait_for(lambda: states() == ["running"] * APPS, DEPLOY_SECONDS, f"{APPS} apps that run")


def _lists(site: AppSite, questions: int) -> Iterator[Row]:
    """Ask AppOS and the engine in turns, and `docker ps` now and then."""
    ours = http.client.HTTPConnection("127.0.0.1", site.server.port, timeout=20)
    engine = _EngineConnection(site.host.removeprefix("unix://"))
    sign = {"Authorization": site.token}
    asked: dict[str, Callable[[], object]] = {
        "docker/containers": partial(_ask, ours, "/api/appos/docker/containers?perPage=1000", sign),
        "apps": partial(_ask, ours, "/api/appos/apps?perPage=200", sign),
        PEER: partial(_ask, engine, "/containers/json?all=1", {}),
        "docker ps": partial(_docker_ps, site.host),
    }
    took: dict[str, list[float]] = {name: [] for name in asked}
    for number in range(questions):
        for name, ask in asked.items():
            if name != "docker ps" or number % QUESTIONS_A_COMMAND == 0:
                began = time.perf_counter()
                ask()
                took[name].append(1000 * (time.perf_counter() - began))
    ours.close()
    engine.close()
    for name in ("docker/containers", "apps"):
        for label, place, aim in (("p50", 49, "< 1"), ("p95", 94, "< 15 ms")):
            mine, theirs, command = ([quantiles(took[it], n=100)[place]] for it in (name, PEER, "docker ps"))
            yield Row(f"GET {name}: {label}", "ms", mine, theirs, aim=aim)
            yield Row(f"GET {name}: {label}, beside docker ps", "ms", mine, command)


class _EngineConnection(http.client.HTTPConnection):
    """A connection to the engine's socket."""

    def __init__(self, path: str) -> None:
        super().__init__("engine", timeout=20)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def _ask(connection: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> None:
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    content = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: {response.status} {content!r}")


def _docker_ps(host: str) -> None:
    subprocess.run(["docker", "--host", host, "ps", "--all"], check=True, capture_output=True, timeout=60)


def _deployments(site: AppSite, folder: Path, count: int) -> Row:
    """Deploy a new app by AppOS and by Compose itself, in turns."""
    ours, theirs = [], []
    for number in range(count):
        ours.append(_by_appos(site, f"bench{number}"))
        theirs.append(_by_compose(site, folder / f"plain{number}"))
    return Row("deployment of one service", "s", ours, theirs, aim="< 0.5 s more")


def _by_appos(site: AppSite, name: str) -> float:
    began = time.perf_counter()
    site.deployed(name, web(site.image), settings={"watchSeconds": 0})
    took = time.perf_counter() - began
    site.remove(name)
    return took


def _by_compose(site: AppSite, folder: Path) -> float:
    folder.mkdir()
    (folder / "compose.yaml").write_text(web(site.image), encoding="utf-8")
    began = time.perf_counter()
    _compose(site, folder, "up", "--detach", "--wait")
    took = time.perf_counter() - began
    _compose(site, folder, "down")
    shutil.rmtree(folder)
    return took


def _compose(site: AppSite, folder: Path, *arguments: str) -> None:
    command: Sequence[str] = [str(BESIDE), *arguments]
    env = {"DOCKER_HOST": site.host, "HOME": str(folder)}
    subprocess.run(command, cwd=folder, env=env, check=True, capture_output=True, timeout=120)
