"""A random project on a real engine, which is edited again and again."""

import json
import os
import random
import subprocess
from pathlib import Path
from typing import Any

from appos.compose.binary import BESIDE
from appos.engine.port import Engine

IMAGES = ("plan-first:1", "plan-second:1")
COMPOSE_SECONDS = 120
Service = dict[str, Any]


class World:
    """One project: its files, and what is done to it."""

    def __init__(self, name: str, directory: Path, engine: Engine, host: str, seed: int) -> None:
        self.name = name
        self.directory = directory
        self.engine = engine
        self.random = random.Random(seed)
        self.arguments: list[str] = []
        self._host = host
        self._count = 0
        self.values = {"FIRST": "1", "SECOND": "2"}
        self.model: dict[str, Any] = {
            "services": {},
            "networks": {"front": {}, "back": {}},
            "volumes": {"data": {}, "more": {}},
            "configs": {"note": {"content": "one"}},
        }
        for _ in range(self.random.randint(2, 4)):
            self.add_service()
        self.write()

    @property
    def services(self) -> dict[str, Service]:
        services: dict[str, Service] = self.model["services"]
        return services

    def write(self) -> None:
        """Write the files; JSON is YAML."""
        content = json.dumps(self.model, indent=1)
        (self.directory / "compose.yaml").write_text(content, encoding="utf-8")
        env = "".join(f"{name}={value}\n" for name, value in self.values.items())
        (self.directory / ".env").write_text(env, encoding="utf-8")

    def compose(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the real Docker Compose."""
        command = [str(BESIDE), "--ansi", "never", "--project-name", self.name, *arguments]
        return subprocess.run(
            command,
            cwd=self.directory,
            env={"PATH": os.environ["PATH"], "HOME": str(self.directory), "DOCKER_HOST": self._host},
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=COMPOSE_SECONDS,
            check=False,
        )

    def fresh(self, stem: str) -> str:
        """Return a word that was not used yet."""
        self._count += 1
        return f"{stem}{self._count}"

    def add_service(self) -> str:
        """Add a service, with a dependency or something that it shares with another, perhaps."""
        name = self.fresh("s")
        earlier = self.active()
        service: Service = {
            "image": self.random.choice(IMAGES),
            "command": ["sleep", "1000"],
            "environment": {"VALUE": self.random.choice(("${FIRST}", "${SECOND}", "fixed"))},
            "labels": {"example.kind": "test"},
        }
        other = self.random.choice(earlier) if earlier else ""
        way = self.random.choice(("alone", "alone", "after", "restarted", "network", "volumes", "healthy"))
        if other and way == "network" and "network_mode" not in self.services[other]:
            service["network_mode"] = f"service:{other}"
        elif other and way == "volumes":
            service["volumes_from"] = [f"{other}{self.random.choice(('', ':ro'))}"]
        elif other and way in ("after", "restarted"):
            restart = way == "restarted"
            service["depends_on"] = {other: {"condition": "service_started", "restart": restart}}
        elif other and way == "healthy" and "healthcheck" in self.services[other]:
            service["depends_on"] = {other: {"condition": "service_healthy", "restart": True}}
        if "network_mode" not in service and self.random.random() < 0.5:
            service["networks"] = self.random.sample(["default", "front", "back"], self.random.randint(1, 2))
        if self.random.random() < 0.5:
            service["volumes"] = self.random.sample(["data:/data", "more:/more", "/anonymous"], 1)
        if self.random.random() < 0.3:
            service["healthcheck"] = {"test": ["CMD", "true"], "interval": "1s", "timeout": "5s"}
        if self.random.random() < 0.3:
            service["configs"] = [{"source": "note", "target": "/note"}]
        self.services[name] = service
        return name

    def active(self) -> list[str]:
        """Return the services of no profile: others may depend on them."""
        return sorted(name for name, service in self.services.items() if "profiles" not in service)

    def users_of(self, name: str) -> set[str]:
        """Return the services that name another in any way."""
        return {
            other
            for other, service in self.services.items()
            if name in service.get("depends_on", {})
            or service.get("network_mode") == f"service:{name}"
            or any(entry.split(":")[0] == name for entry in service.get("volumes_from", ()))
        }

    def is_shared(self, name: str) -> bool:
        """Say whether a container of a service must be there for another's sake."""
        return bool(self.users_of(name))

    def any_service(self, *without: str) -> str:
        """Choose a service that has none of these keys; "" if there is none."""
        found = [name for name, service in self.services.items() if not set(service) & set(without)]
        return self.random.choice(sorted(found)) if found else ""

    def any_container(self, *states: str) -> str:
        """Choose a container of the project in one of these states; "" if there is none."""
        labels = {"com.docker.compose.project": self.name}
        found = sorted(one.name for one in self.engine.containers(labels=labels) if one.state in states)
        return self.random.choice(found) if found else ""
