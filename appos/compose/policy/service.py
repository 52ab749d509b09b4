"""What a service asks of its host, whoever wrote it down: a Compose file or the engine."""

from collections.abc import Iterator

from appos.compose.model import Build, Project, Service
from appos.compose.path import Part
from appos.compose.policy.kernel import (
    capability_harm,
    is_harmless_security,
    is_harmless_sysctl,
    security_name,
)
from appos.compose.policy.models import Offence, Rule

_NAMESPACES = (
    ("network_mode", Rule.HOST_NETWORK),
    ("pid", Rule.HOST_PID),
    ("ipc", Rule.HOST_IPC),
    ("uts", Rule.HOST_UTS),
    ("userns_mode", Rule.HOST_USERNS),
    ("cgroup", Rule.HOST_CGROUP),
)
# Namespaces of the container's own, or of another service.
_OWN = {
    "network_mode": ("", "none"),
    "ipc": ("", "private", "shareable", "none"),
    "cgroup": ("", "private"),
    "userns_mode": ("", "private"),
}
# Settings of the interface on a network. Source: the engine's documentation of bridge networks.
_INTERFACE = "com.docker.network.endpoint.sysctls"
_RUNTIMES = ("", "runc", "io.containerd.runc.v2")
_WEAK_TMPFS = frozenset({"exec", "suid", "dev"})


def service_offences(name: str, service: Service, project: Project) -> Iterator[Offence]:
    """Yield what a service asks for beside files and mounts."""
    at = ("services", name)
    yield from _namespaces(at, service, project)
    yield from _rights(at, service)
    yield from _hooks(at, service)
    yield from _devices(at, service)
    yield from _resources(at, service)
    yield from _programs(at, service)
    if service.build is not None:
        yield from _build((*at, "build"), service.build, project)


def _foreign(path: tuple[Part, ...], option: str, value: str, project: Project) -> Offence | None:
    """Return the offence of naming a container (`container:NAME`) that is none of the project's."""
    target = value.removeprefix("container:")
    own = {service.container_name for service in project.services.values()} - {""}
    if not value.startswith("container:") or target in own:
        return None
    return Offence(Rule.FOREIGN_CONTAINER, path, f"`{option}: {value}`")


def _namespaces(at: tuple[Part, ...], service: Service, project: Project) -> Iterator[Offence]:
    """Yield the namespaces that are the host's or another container's."""
    for option, rule in _NAMESPACES:
        value: str = getattr(service, option)
        if value in _OWN.get(option, ("",)) or value.startswith("service:"):
            continue
        path = (*at, option)
        if value.startswith("container:"):
            foreign = _foreign(path, option, value, project)
            if foreign is not None:
                yield foreign
        elif option == "network_mode" and value != "host":
            yield Offence(Rule.EXTERNAL_NETWORK, path, f"`{option}: {value}`")
        else:
            yield Offence(rule, path, f"`{option}: {value}`")
    for place, source in enumerate(service.volumes_from or ()):
        # A mode, as in `container:db:ro`, takes nothing from what is opened.
        value = ":".join(source.split(":")[:2]) if source.startswith("container:") else source
        foreign = _foreign((*at, "volumes_from", place), "volumes_from", value, project)
        if foreign is not None:
            yield foreign


def _rights(at: tuple[Part, ...], service: Service) -> Iterator[Offence]:
    """Yield rights over the kernel that a container does not have by itself."""
    if service.privileged:
        yield Offence(Rule.PRIVILEGED, (*at, "privileged"), "`privileged: true`")
    for place, name in enumerate(service.cap_add or ()):
        harm = capability_harm(name)
        if harm is not None:
            yield Offence(Rule.CAPABILITY, (*at, "cap_add", place), f"The capability {name}", harm)
    for place, option in enumerate(service.security_opt or ()):
        if not is_harmless_security(option):
            what = f"`security_opt: {security_name(option)}`"
            yield Offence(Rule.SECURITY_OPT, (*at, "security_opt", place), what)
    yield from _sysctls(at, service)
    if service.credential_spec:
        yield Offence(Rule.CREDENTIAL_SPEC, (*at, "credential_spec"), "`credential_spec`")


def _sysctls(at: tuple[Part, ...], service: Service) -> Iterator[Offence]:
    """Yield settings of the kernel, those of a network's interface too."""
    for name in service.sysctls or {}:
        if not is_harmless_sysctl(name):
            yield Offence(Rule.SYSCTL, (*at, "sysctls", name), f"`sysctls: {name}`")
    for network, attachment in (service.networks or {}).items():
        if attachment is not None and _INTERFACE in (attachment.driver_opts or {}):
            yield Offence(
                Rule.SYSCTL, (*at, "networks", network, "driver_opts", _INTERFACE), f"`{_INTERFACE}`"
            )


def _hooks(at: tuple[Part, ...], service: Service) -> Iterator[Offence]:
    """Yield commands that are run in a container with more rights than it has."""
    for option, hooks in (("post_start", service.post_start), ("pre_stop", service.pre_stop)):
        for place, hook in enumerate(hooks or ()):
            if hook.privileged:
                yield Offence(
                    Rule.PRIVILEGED, (*at, option, place, "privileged"), f"`privileged` in {option}"
                )


def _devices(at: tuple[Part, ...], service: Service) -> Iterator[Offence]:
    """Yield devices of the host."""
    for place, device in enumerate(service.devices or ()):
        yield Offence(Rule.DEVICE, (*at, "devices", place), f"The device {device.source}")
    for place, _ in enumerate(service.device_cgroup_rules or ()):
        path = (*at, "device_cgroup_rules", place)
        yield Offence(Rule.DEVICE_RULE, path, "A rule under `device_cgroup_rules`")
    if service.gpus:
        yield Offence(Rule.GPU, (*at, "gpus"), "`gpus`")
    resources = service.deploy.resources if service.deploy else None
    if resources and resources.reservations and resources.reservations.devices:
        path = (*at, "deploy", "resources", "reservations", "devices")
        yield Offence(Rule.GPU, path, "`devices` under `deploy.resources.reservations`")


def _resources(at: tuple[Part, ...], service: Service) -> Iterator[Offence]:
    """Yield what takes memory or processors from the host's other programs."""
    if service.cgroup_parent:
        yield Offence(Rule.CGROUP_PARENT, (*at, "cgroup_parent"), f"`cgroup_parent: {service.cgroup_parent}`")
    if service.oom_kill_disable:
        yield Offence(Rule.OOM, (*at, "oom_kill_disable"), "`oom_kill_disable: true`")
    if service.oom_score_adj < 0:
        yield Offence(Rule.OOM, (*at, "oom_score_adj"), f"`oom_score_adj: {service.oom_score_adj}`")


def _build(at: tuple[Part, ...], build: Build, project: Project) -> Iterator[Offence]:
    """Yield what the commands of a build may do."""
    if build.privileged:
        yield Offence(Rule.PRIVILEGED, (*at, "privileged"), "`privileged` in build")
    for place, entitlement in enumerate(build.entitlements or ()):
        yield Offence(Rule.BUILD_ENTITLEMENT, (*at, "entitlements", place), f"The entitlement {entitlement}")
    if build.network == "host":
        yield Offence(Rule.HOST_NETWORK, (*at, "network"), "`network: host` in build")
    foreign = _foreign((*at, "network"), "network", build.network, project)
    if foreign is not None:
        yield foreign


def _programs(at: tuple[Part, ...], service: Service) -> Iterator[Offence]:
    """Yield other programs than the engine's own, and a way to the engine itself."""
    if service.runtime not in _RUNTIMES:
        yield Offence(Rule.RUNTIME, (*at, "runtime"), f"`runtime: {service.runtime}`")
    for option in ("provider", "models"):
        if getattr(service, option) is not None:
            yield Offence(Rule.PROVIDER, (*at, option), f"`{option}`")
    if service.use_api_socket:
        yield Offence(Rule.ENGINE_SOCKET, (*at, "use_api_socket"), "`use_api_socket: true`")
    for place, mount in enumerate(service.tmpfs or ()):
        _, _, options = mount.partition(":")
        weak = _WEAK_TMPFS & set(options.split(","))
        if weak:
            what = f"`tmpfs` with {' and '.join(sorted(weak))}"
            yield Offence(Rule.TMPFS_OPTION, (*at, "tmpfs", place), what)
