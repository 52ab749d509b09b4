"""A real engine and a fake one, each with containers and registries to be asked about."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import docker
import pytest
from docker.errors import NotFound

from appos.engine.docker import DockerEngine
from appos.engine.models import Credentials, LogLine, MountPoint
from appos.engine.port import Engine
from appos.errors import AppOSError
from tests.engine_images import client_of
from tests.engine_registry import Registry
from tests.fake_engine import FakeEngine
from tests.fake_engine.state import now

OWN_IMAGE = "contract-own:1"
LABELS = {"org.example.contract": "yes"}
# What a container says and then waits for its end.
SAYS = ("sh", "-c", "echo one; echo two >&2; sleep 1000")
LINES = [LogLine(stream="stdout", text="one"), LogLine(stream="stderr", text="two")]


class Site(Protocol):
    """An engine, and what its port has no words for."""

    image: str
    # References: one that anybody may pull, one that is not there, and one that `credentials` open.
    public: str
    missing: str
    private: str
    credentials: Credentials
    # A registry that does not answer.
    unreachable: str

    @property
    def engine(self) -> Engine:
        """The engine to ask."""
        ...

    def run(
        self,
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        volumes: Mapping[str, str] | None = None,
        network: str = "none",
        starts: bool = True,
    ) -> str:
        """Have a container that has said `LINES`, with volumes by their target, and return its id."""
        ...


def code_of(kind: type[AppOSError], ask: Callable[[], object]) -> str:
    """The code of the error that a question ends with."""
    with pytest.raises(kind) as caught:
        ask()
    return caught.value.code


@dataclass
class RealSite:
    """The real engine of the tests, and real registries."""

    engine: DockerEngine
    image: str
    public: str
    missing: str
    private: str
    credentials: Credentials
    unreachable: str
    client: Any
    made: list[str] = field(default_factory=list)

    def run(
        self,
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        volumes: Mapping[str, str] | None = None,
        network: str = "none",
        starts: bool = True,
    ) -> str:
        binds = [docker.types.Mount(target, source or None) for target, source in (volumes or {}).items()]
        made = self.client.containers.create(
            self.image, SAYS, name=name, labels={**LABELS, **(labels or {})}, mounts=binds, network=network
        )
        self.made.append(made.id)
        if starts:
            made.start()
            until = time.monotonic() + 10
            while made.logs().count(b"\n") < len(LINES) and time.monotonic() < until:
                time.sleep(0.02)
        return str(made.id)

    def clean(self) -> None:
        """Remove what a test has left."""
        for container in self.made:
            with contextlib.suppress(NotFound):
                self.client.containers.get(container).remove(force=True, v=True)
        for volume in self.client.volumes.list(filters={"label": list(LABELS)}):
            volume.remove()
        for network in self.client.networks.list(filters={"label": list(LABELS)}):
            network.remove()
        for reference in (self.public, self.private):
            with contextlib.suppress(NotFound):
                self.client.images.remove(reference)


@dataclass(frozen=True)
class Pushed:
    """What real registries have, an image with a layer that no engine has; and an image of these tests' own.

    Other tests give the tiny image more names, and with one of several removed nobody asks who uses it.
    """

    image: str
    registry: Registry
    private_registry: Registry
    public: str
    private: str


def push(host: str, image: str, registry: Registry, private: Registry) -> Pushed:
    """Push an image to both registries, and keep nothing of it."""
    name = "contract-blob:1"
    with client_of(host) as client:
        made = client.containers.create(
            image, ["sh", "-c", "head -c 3000000 /dev/urandom > /blob"], network="none"
        )
        made.start()
        made.wait()
        made.commit(*name.split(":"))
        made.remove()
        own = client.containers.create(image, "true", network="none")
        own.commit(*OWN_IMAGE.split(":"))
        own.remove()
        pushed = Pushed(OWN_IMAGE, registry, private, registry.push(host, name), private.push(host, name))
        client.images.remove(name)
    return pushed


@contextmanager
def real_site(host: str, pushed: Pushed) -> Iterator[RealSite]:
    """Ask the real engine for a while."""
    private = pushed.private_registry
    with client_of(host) as client:
        site = RealSite(
            engine=DockerEngine(host),
            image=pushed.image,
            public=pushed.public,
            missing=f"{pushed.registry.address}/nothing:1",
            private=pushed.private,
            credentials=Credentials(
                registry=private.address, username=private.user, password=private.password
            ),
            # The port of the discard service, where nothing listens.
            unreachable="127.0.0.1:9",
            client=client,
        )
        try:
            yield site
        finally:
            site.clean()
            site.engine.close()


class FakeSite:
    """A fake engine with the same in it."""

    image = "tiny:1"
    public = "registry.example.com/tiny:1"
    missing = "registry.example.com/nothing:1"
    private = "private.example.com/tiny:1"
    unreachable = "away.example.com"
    credentials = Credentials(registry="private.example.com", username="carol", password="Basalt-Heron-7")

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.engine.unreachable.add(self.unreachable)
        self._image = self.engine.add_image(self.image)
        self.engine.publish(self.public)
        self.engine.publish(
            self.private, username=self.credentials.username, password=self.credentials.password
        )

    def run(
        self,
        name: str,
        *,
        labels: Mapping[str, str] | None = None,
        volumes: Mapping[str, str] | None = None,
        network: str = "none",
        starts: bool = True,
    ) -> str:
        """Have a container."""
        return self.engine.add_container(
            name,
            image=self.image,
            image_id=self._image.id,
            labels={**LABELS, **(labels or {})},
            lines=[LogLine(stream=one.stream, text=one.text, time=now()) for one in LINES],
            mounts=tuple(self._mounts(volumes or {})),
            networks=(network,),
            state="running" if starts else "created",
        )

    def _mounts(self, volumes: Mapping[str, str]) -> Sequence[MountPoint]:
        mounts = []
        for target, source in volumes.items():
            volume = self.engine.create_volume(source or self.engine.new_id())
            mounts.append(
                MountPoint(type="volume", source=volume.mountpoint, target=target, name=volume.name)
            )
        return mounts
