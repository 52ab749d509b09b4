"""What an engine tells: containers, images, volumes, networks, and what streams carry."""

from enum import StrEnum
from typing import Any

import msgspec

# The label of a container in which AppOS runs one command: the Unix time, in seconds, after which it is
# somebody's leftover.
UNTIL = "appos.run.until"


class _Told(msgspec.Struct, frozen=True, rename="camel"):
    """Something that an engine tells. Times are RFC 3339 text as the engine wrote it, sizes are bytes."""


class EngineInfo(_Told, frozen=True, kw_only=True):
    """What an engine says of itself."""

    version: str
    api_version: str
    operating_system: str
    architecture: str
    cpus: int
    memory_bytes: int
    containers: int
    containers_running: int
    images: int
    # Where images and volumes lie on the host; where disk and memory limits are missing, they are told here.
    root_dir: str = ""
    # What a container gets that asks for nothing.
    default_runtime: str = "runc"
    has_private_cgroups: bool = True
    # The driver that keeps a container's logs where nothing else is said.
    logging_driver: str = ""
    warnings: tuple[str, ...] = ()


class PublishedPort(_Told, frozen=True, kw_only=True):
    """A port of a container that is published on the host."""

    host_ip: str
    host_port: int
    container_port: int
    protocol: str


class MountPoint(_Told, frozen=True, kw_only=True):
    """A mount of a container: `source` is the path on the host, `name` that of a volume."""

    type: str
    source: str
    target: str
    name: str = ""
    read_only: bool = False


class Configuration(_Told, frozen=True, kw_only=True):
    """What a container or an image is configured with, but for its labels: `Config`.

    What may be secret is there as a fingerprint: the values of the environment ("" for a name without one),
    the command, the entrypoint, the test of health and the options of logging. Those of `fingerprints.py`
    can be compared.
    """

    environment: dict[str, str] = {}
    command: str = ""
    entrypoint: str = ""
    health_test: str = ""
    log_options: str = ""
    # The rest of the health check, in the engine's own words: times are nanoseconds.
    healthcheck: dict[str, Any] = {}
    user: str = ""
    working_dir: str = ""
    hostname: str = ""
    domainname: str = ""
    stop_signal: str = ""
    stop_timeout_seconds: int | None = None
    tty: bool = False
    open_stdin: bool = False


class ContainerSummary(_Told, frozen=True, kw_only=True):
    """A container, as the list of all tells it: cheap, whatever their number.

    `ports` are those published now, so none while it is stopped; the rest is as in `Container`.
    """

    id: str
    name: str
    image: str
    image_id: str
    state: str
    health: str = ""
    exit_code: int = 0
    created: str = ""
    labels: dict[str, str] = {}
    mounts: tuple[MountPoint, ...] = ()
    ports: tuple[PublishedPort, ...] = ()
    networks: tuple[str, ...] = ()


class Container(_Told, frozen=True, kw_only=True):
    """A container, as inspecting it tells.

    `state` is one of created, running, paused, restarting, removing, exited, dead; `health` one of starting,
    healthy, unhealthy, "" without a health check. `ports` are those asked for, also while it is stopped; a
    host port that the engine chooses is 0 until it has chosen. `networks` are names, and `addresses` maps
    them to the addresses that it has there while it runs.
    """

    id: str
    name: str
    image: str
    image_id: str
    state: str
    health: str = ""
    exit_code: int = 0
    oom_killed: bool = False
    restart_count: int = 0
    created: str = ""
    started_at: str = ""
    finished_at: str = ""
    labels: dict[str, str] = {}
    mounts: tuple[MountPoint, ...] = ()
    ports: tuple[PublishedPort, ...] = ()
    networks: tuple[str, ...] = ()
    addresses: dict[str, str] = {}
    platform: str = ""
    # The engine's own words on how it was made: HostConfig. Never its environment.
    host_config: dict[str, Any] = {}
    configuration: Configuration = Configuration()


class Definition(_Told, frozen=True, kw_only=True):
    """How a container was made, in the engine's own words, with the values of its variables: shown to nobody.

    `config`, `host_config`, `mounts` and `networks` are as inspecting prints them, `image_config` is the
    `Config` of its image. Source: Docker Engine API, ContainerInspect and ImageInspect.
    """

    id: str
    name: str
    image_id: str
    is_running: bool
    config: dict[str, Any]
    host_config: dict[str, Any]
    image_config: dict[str, Any]
    mounts: tuple[dict[str, Any], ...] = ()
    networks: dict[str, dict[str, Any]] = {}

    def __repr__(self) -> str:
        """Leave out what may be secret."""
        return f"Definition(name={self.name!r})"


class Change(_Told, frozen=True, kw_only=True):
    """A path in the writable layer of a container: kind is added, modified or deleted."""

    path: str
    kind: str


class Image(_Told, frozen=True, kw_only=True):
    """An image; `digests` are `repository@sha256:…`, `volumes` the data paths that it declares."""

    id: str
    tags: tuple[str, ...] = ()
    digests: tuple[str, ...] = ()
    architecture: str = ""
    os: str = ""
    size_bytes: int = 0
    created: str = ""
    volumes: tuple[str, ...] = ()
    exposed_ports: tuple[str, ...] = ()
    has_healthcheck: bool = False
    labels: dict[str, str] = {}
    configuration: Configuration = Configuration()


class Distribution(_Told, frozen=True, kw_only=True):
    """What a registry says of a reference: the digest behind it, and the platforms (`linux/amd64`)."""

    digest: str
    platforms: tuple[str, ...] = ()


class Volume(_Told, frozen=True, kw_only=True):
    """A volume."""

    name: str
    driver: str
    mountpoint: str
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    created: str = ""


class Network(_Told, frozen=True, kw_only=True):
    """A network and the ids of the containers on it."""

    id: str
    name: str
    driver: str
    scope: str = ""
    internal: bool = False
    labels: dict[str, str] = {}
    options: dict[str, str] = {}
    subnets: tuple[str, ...] = ()
    containers: tuple[str, ...] = ()


class Event(_Told, frozen=True, kw_only=True):
    """Something that happened: `type` container, image, network or volume; `action` such as start or die."""

    type: str
    action: str
    id: str
    attributes: dict[str, str] = {}
    time_nano: int = 0


class LogLine(_Told, frozen=True, kw_only=True):
    """A line that a container wrote; `stream` is stdout or stderr."""

    stream: str
    text: str
    time: str = ""


class Stats(_Told, frozen=True, kw_only=True):
    """What a container uses: `cpu_percent` of one processor, the rest in bytes since its start.

    `cpu_seconds` is what processors worked for it since then.
    """

    cpu_percent: float
    memory_bytes: int
    memory_limit_bytes: int
    network_received_bytes: int
    network_sent_bytes: int
    block_read_bytes: int
    block_written_bytes: int
    processes: int
    cpu_seconds: float = 0.0


class PullProgress(_Told, frozen=True, kw_only=True):
    """A step of a pull; `layer` is "" for the whole image, sizes are 0 where the engine tells none."""

    layer: str
    status: str
    current_bytes: int = 0
    total_bytes: int = 0


class Credentials(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks a registry. `registry` is its host, such as `registry.example.com:5000`."""

    registry: str
    username: str
    password: str

    def __repr__(self) -> str:
        """Leave the password out."""
        return f"Credentials(registry={self.registry!r}, username={self.username!r})"


class ExecResult(_Told, frozen=True, kw_only=True):
    """How a command in a container ended."""

    exit_code: int
    stdout: bytes
    stderr: bytes


class Usage(_Told, frozen=True, kw_only=True):
    """What things of one kind take: how many, how many in use, and what a prune of all would give back."""

    count: int = 0
    active: int = 0
    size_bytes: int = 0
    reclaimable_bytes: int = 0


class DiskUsage(_Told, frozen=True, kw_only=True):
    """What the engine's things take on its disk; `volume_bytes` maps the name of a volume to its size."""

    images: Usage
    containers: Usage
    volumes: Usage
    build_cache: Usage
    volume_bytes: dict[str, int] = {}


class Prunable(StrEnum):
    """What can be pruned."""

    IMAGES = "images"
    CONTAINERS = "containers"
    NETWORKS = "networks"
    VOLUMES = "volumes"
    BUILD_CACHE = "build_cache"


class Pruned(_Told, frozen=True, kw_only=True):
    """What a prune removed."""

    removed: tuple[str, ...]
    reclaimed_bytes: int
