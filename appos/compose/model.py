"""The normalised model of a project, as `docker compose config --format json` prints it, in types.

Source: Compose Specification, and the answers of Docker Compose itself, whose normal form has every short
syntax spelt out. What AppOS does not look at stays in `Model.raw`, which is what is deployed.
"""

from typing import Any

import msgspec


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Part of a model. A key that is null means the same as one that is not there."""


class Port(_Part, frozen=True):
    """A published port; `published` is a port or a range (`8000-8010`), "" where the engine chooses one."""

    target: int
    published: str = ""
    host_ip: str = ""
    protocol: str = "tcp"
    mode: str = "ingress"
    name: str = ""


class BindOptions(_Part, frozen=True):
    """How a directory of the host is mounted."""

    propagation: str = ""
    create_host_path: bool = True
    selinux: str = ""


class VolumeOptions(_Part, frozen=True):
    """How a volume is mounted."""

    nocopy: bool = False
    subpath: str = ""


class Mount(_Part, frozen=True):
    """One entry of `volumes`; `source` is "" for an anonymous volume and for `tmpfs`."""

    type: str
    target: str = ""
    source: str = ""
    read_only: bool = False
    bind: BindOptions | None = None
    volume: VolumeOptions | None = None


class FileMount(_Part, frozen=True):
    """A config or a secret in a service."""

    source: str
    target: str = ""


class Attachment(_Part, frozen=True):
    """How a service is on a network."""

    aliases: tuple[str, ...] = ()
    ipv4_address: str = ""
    ipv6_address: str = ""
    driver_opts: dict[str, str] | None = None


class Dependency(_Part, frozen=True):
    """What a service waits for."""

    condition: str = "service_started"
    required: bool = True
    restart: bool = False


class Healthcheck(_Part, frozen=True):
    """A health check; times are Go durations, such as `1m30s`."""

    test: tuple[str, ...] | None = None
    interval: str = ""
    timeout: str = ""
    start_period: str = ""
    start_interval: str = ""
    retries: int | None = None
    disable: bool = False


class Logging(_Part, frozen=True):
    """Where a service logs."""

    driver: str = ""
    options: dict[str, str] | None = None


class Build(_Part, frozen=True):
    """How an image is built."""

    context: str = ""
    dockerfile: str = ""
    additional_contexts: dict[str, str] | None = None
    network: str = ""
    privileged: bool = False
    entitlements: tuple[str, ...] | None = None
    secrets: tuple[FileMount, ...] | None = None
    ssh: Any = None
    cache_from: tuple[str, ...] | None = None
    cache_to: tuple[str, ...] | None = None


class Hook(_Part, frozen=True):
    """A command that is run in a container after its start or before its end."""

    privileged: bool = False


class ReadFile(_Part, frozen=True):
    """A file whose lines become variables; only a model whose env files are left alone has any."""

    path: str


class Device(_Part, frozen=True):
    """A device of the host, given to a service."""

    source: str = ""
    target: str = ""
    permissions: str = ""


class Limits(_Part, frozen=True):
    """An amount of the host's resources; memory in bytes as text."""

    cpus: float | str | None = None
    memory: str = ""
    pids: int | None = None
    devices: tuple[dict[str, Any], ...] | None = None


class Resources(_Part, frozen=True):
    """What a service may use, and what is kept for it."""

    limits: Limits | None = None
    reservations: Limits | None = None


class Deploy(_Part, frozen=True):
    """The part of `deploy` that counts on one engine."""

    mode: str = ""
    replicas: int | None = None
    resources: Resources | None = None


class Service(_Part, frozen=True):
    """A service."""

    image: str = ""
    build: Build | None = None
    container_name: str = ""
    command: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    environment: dict[str, str | None] | None = None
    labels: dict[str, str] | None = None
    ports: tuple[Port, ...] | None = None
    volumes: tuple[Mount, ...] | None = None
    volumes_from: tuple[str, ...] | None = None
    tmpfs: tuple[str, ...] | None = None
    configs: tuple[FileMount, ...] | None = None
    secrets: tuple[FileMount, ...] | None = None
    networks: dict[str, Attachment | None] | None = None
    network_mode: str = ""
    depends_on: dict[str, Dependency] | None = None
    links: tuple[str, ...] | None = None
    healthcheck: Healthcheck | None = None
    logging: Logging | None = None
    restart: str = ""
    profiles: tuple[str, ...] | None = None
    scale: int | None = None
    deploy: Deploy | None = None
    platform: str = ""
    pull_policy: str = ""
    mem_limit: str = ""
    mem_reservation: str = ""
    stop_grace_period: str = ""
    privileged: bool = False
    pid: str = ""
    ipc: str = ""
    uts: str = ""
    userns_mode: str = ""
    cgroup: str = ""
    cgroup_parent: str = ""
    cap_add: tuple[str, ...] | None = None
    cap_drop: tuple[str, ...] | None = None
    security_opt: tuple[str, ...] | None = None
    sysctls: dict[str, str] | None = None
    devices: tuple[Device, ...] | None = None
    device_cgroup_rules: tuple[str, ...] | None = None
    gpus: Any = None
    runtime: str = ""
    user: str = ""
    read_only: bool = False
    use_api_socket: bool = False
    credential_spec: Any = None
    provider: Any = None
    models: Any = None
    env_file: tuple[ReadFile, ...] | None = None
    label_file: tuple[str, ...] | None = None
    oom_kill_disable: bool = False
    oom_score_adj: int = 0
    post_start: tuple[Hook, ...] | None = None
    pre_stop: tuple[Hook, ...] | None = None

    @property
    def replicas(self) -> int:
        """How many containers it has."""
        if self.scale is not None:
            return self.scale
        if self.deploy is not None and self.deploy.replicas is not None:
            return self.deploy.replicas
        return 1


class Network(_Part, frozen=True):
    """A network; `name` is the engine's name of it."""

    name: str = ""
    external: bool = False
    driver: str = ""
    driver_opts: dict[str, str] | None = None
    internal: bool = False
    labels: dict[str, str] | None = None


class Volume(_Part, frozen=True):
    """A named volume; `name` is the engine's name of it."""

    name: str = ""
    external: bool = False
    driver: str = ""
    driver_opts: dict[str, str] | None = None
    labels: dict[str, str] | None = None


class FileObject(_Part, frozen=True):
    """A config or a secret: a file, the value of a variable, text, or one that exists outside."""

    name: str = ""
    external: bool = False
    file: str = ""
    environment: str = ""
    content: str = ""

    def __repr__(self) -> str:
        """Leave the content out: it may be secret."""
        return f"FileObject(name={self.name!r}, file={self.file!r})"


class Project(_Part, frozen=True):
    """A project with all that belongs to it."""

    name: str = ""
    services: dict[str, Service] = {}
    networks: dict[str, Network] = {}
    volumes: dict[str, Volume] = {}
    configs: dict[str, FileObject] = {}
    secrets: dict[str, FileObject] = {}

    def __repr__(self) -> str:
        """Leave all values out: environments are secret."""
        return f"Project(name={self.name!r}, services={sorted(self.services)})"


class Model(msgspec.Struct, frozen=True):
    """A normalised model: as Compose prints it, and in types."""

    raw: dict[str, Any]
    project: Project

    def __repr__(self) -> str:
        """Leave all values out: environments are secret."""
        return f"Model({self.project!r})"


def model_of(raw: dict[str, Any]) -> Model:
    """Read a normalised model.

    Raises:
        ValueError: Compose printed something that has another shape than the specification says.
    """
    try:
        return Model(raw, msgspec.convert(_without_nulls(raw), Project, strict=False))
    except msgspec.ValidationError as error:
        raise ValueError(f"Compose printed a model that AppOS cannot read: {error}.") from error


# Where a null means something of its own: a variable that is passed on, a network without options.
_KEPT = ("environment", "networks")


def _without_nulls(value: Any, key: str = "") -> Any:
    """Drop keys that are null, so that a default takes their place."""
    if isinstance(value, dict):
        return {
            name: _without_nulls(part, name)
            for name, part in value.items()
            if part is not None or key in _KEPT
        }
    if isinstance(value, list):
        return [_without_nulls(part) for part in value]
    return value
