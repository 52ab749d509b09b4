"""A project with something of everything, in several versions, for tests that deploy it."""

import json
import os
import subprocess
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from appos.apps.looks import Deploy
from appos.apps.projects import Projects
from appos.compose.binary import BESIDE
from appos.compose.deploy import Deployment, Outcome
from appos.compose.driver import Compose
from appos.compose.leftovers import PROJECT
from appos.compose.models import ProjectFiles
from appos.compose.process import Cancel
from appos.engine.docker import DockerEngine

# A program that heeds SIGTERM only after a while, as a database does, so that a stop has a middle.
LOOP = "trap 'sleep 0.4; exit 0' TERM; touch /scratch/ready; while :; do sleep 0.1; done"
SLOW_TO_STOP = ["sh", "-c", LOOP]
FOREVER = ["sleep", "1000"]
HEALTHCHECK = {"test": ["CMD", "test", "-e", "/scratch/ready"], "interval": "200ms", "retries": 20}


MakeShop = Callable[..., "Shop"]


def shop(image: str, version: int) -> dict[str, Any]:
    """The Compose file of a version; each differs from the others in many ways.

    `db` has an anonymous volume and a named one in every version; the rest comes, goes and changes.
    """
    services: dict[str, Any] = {
        "db": {
            "image": image,
            "command": SLOW_TO_STOP,
            "stop_signal": "SIGTERM",
            "environment": {"VERSION": str(version)},
            "volumes": ["data:/data", "/scratch"],
            "healthcheck": HEALTHCHECK,
            "networks": ["back"],
        },
        "web": {
            "image": image,
            "command": ["sleep", "1000"],
            "labels": {"version": str(version // 2)},
            "depends_on": {"db": {"condition": "service_healthy", "restart": True}},
            "networks": ["back", "front"],
            "scale": 1 + version % 3,
        },
        "job": {"image": image, "command": ["true"], "environment": {"VERSION": str(version)}},
    }
    if version % 2:
        services["extra"] = {"image": image, "command": ["sleep", "1000"], "networks": ["front"]}
    return {
        "services": services,
        "volumes": {"data": {}},
        # A network that changes is made anew, and every container on it has to leave it for that.
        "networks": {"front": {"labels": {"version": str(version // 3)}}, "back": {}},
    }


def one(image: str, **settings: Any) -> dict[str, Any]:
    """A project of one service that runs for ever."""
    return {"services": {"web": {"image": image, "command": FOREVER, **settings}}}


@dataclass
class Shop:
    """A shop on an engine."""

    folder: Path
    host: str
    image: str
    name: str
    variables: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(exist_ok=True)
        self.home = self.folder.parent / f"{self.name}-home"
        self.compose = Compose(BESIDE, docker_host=self.host, home=self.home)
        self.engine = DockerEngine(self.host)

    @property
    def files(self) -> ProjectFiles:
        """What is deployed."""
        return ProjectFiles(
            directory=self.folder,
            files=(self.folder / "compose.yaml",),
            name=self.name,
            variables=self.variables,
        )

    def write(self, content: dict[str, Any]) -> None:
        """Write the Compose file."""
        (self.folder / "compose.yaml").write_text(json.dumps(content), encoding="utf-8")

    def deployment(self, cancel: Cancel | None = None) -> Deployment:
        """A deployment of what is written."""
        return Deployment(self.compose, self.engine, self.files, wait_seconds=60, cancel=cancel)

    def up(self, cancel: Cancel | None = None) -> Outcome:
        """Deploy it as AppOS does: looked at in every way before anything is done."""
        projects = Projects(lambda: self.compose, self.engine, self.home)
        return projects.up(self.files, Deploy(wait_seconds=60), cancel=cancel)

    def deploy(self) -> Outcome:
        """Deploy it."""
        return self.deployment().run()

    def close(self) -> None:
        """Remove it from the engine."""
        self.compose.down(self.files, volumes=True)
        self.engine.close()

    def containers(self) -> dict[str, str]:
        """Its containers: name to state."""
        return {it.name: it.state for it in self.engine.containers(labels={PROJECT: self.name})}

    def ids(self) -> dict[str, str]:
        """Its containers: name to id."""
        return {it.name: it.id for it in self.engine.containers(labels={PROJECT: self.name})}

    def hashes(self) -> dict[str, set[str]]:
        """The hashes of each service's containers."""
        found: dict[str, set[str]] = {}
        for it in self.engine.containers(labels={PROJECT: self.name}):
            service = it.labels["com.docker.compose.service"]
            found.setdefault(service, set()).add(it.labels["com.docker.compose.config-hash"])
        return found

    def networks(self) -> set[str]:
        """The names of its networks; one that is there twice has a star."""
        names = [it.name for it in self.engine.networks(labels={PROJECT: self.name})]
        return {f"{name}*" if names.count(name) > 1 else name for name in names}

    def plain(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run Compose as a person on the host would."""
        command = [str(BESIDE), "--ansi", "never", *arguments]
        environment = {"HOME": str(self.folder), "PATH": os.defpath, "DOCKER_HOST": self.host}
        return subprocess.run(
            command, env=environment, cwd=self.folder, capture_output=True, text=True, check=True, timeout=60
        )


@contextmanager
def shops(folder: Path, host: str, image: str) -> Iterator[MakeShop]:
    """Make projects, which are gone afterwards."""
    made: list[Shop] = []

    def make(content: dict[str, Any], **variables: str) -> Shop:
        made.append(Shop(folder, host, image, f"driver{uuid.uuid4().hex[:8]}", variables))
        made[-1].write(content)
        return made[-1]

    yield make
    for it in made:
        it.close()
