"""The edits that are made to a random project, by its files and by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.conformance.plan_projects import IMAGES, World
from tests.serving import free_port

# Keys with two values each, that change nothing else; and the path under the service, if it is another.
PLAIN: dict[str, tuple[Any, Any]] = {
    "user": ("0:0", "nobody"),
    "hostname": ("one", "two"),
    "domainname": ("one.example", "two.example"),
    "working_dir": ("/tmp", "/root"),
    "stop_grace_period": ("3s", "1m4s"),
    "stop_signal": ("9", "KILL"),
    "restart": ("unless-stopped", "on-failure:3"),
    "cap_add": (["CHOWN"], ["KILL", "FOWNER"]),
    "cap_drop": (["CHOWN"], ["MKNOD"]),
    "mem_limit": ("64m", "96m"),
    "cpus": (0.5, 1.25),
    "pids_limit": (100, 200),
    "shm_size": ("16m", "32m"),
    "init": (True, False),
    "tty": (True, False),
    "stdin_open": (True, False),
    "tmpfs": (["/scratch"], ["/scratch", "/more:size=1m"]),
    "group_add": (["7"], ["8", "9"]),
    "ulimits": ({"nofile": 1000}, {"nofile": {"soft": 500, "hard": 2000}}),
    "oom_score_adj": (100, 200),
    "logging": ({"driver": "none"}, {"driver": "json-file"}),
}
# Those that a service which shares another's network may not have.
OWN_NETWORK = ("hostname", "domainname")
PLAIN_PATHS = {"logging": "logging.driver"}


@dataclass
class Edit:
    """What was done.

    `paths` are those of the reasons to expect, by the service, network or volume; None where they are many.
    """

    name: str
    paths: dict[str, set[str]] | None = field(default_factory=dict)


EditOf = Callable[[World], Edit | None]


def _one(name: str, service: str, *paths: str) -> Edit:
    """Describe an edit of one service."""
    return Edit(f"{name} of {service}", {service: {f"services.{service}.{path}" for path in paths}})


def image(world: World) -> Edit | None:
    name = world.any_service()
    service = world.services[name]
    service["image"] = IMAGES[1 - IMAGES.index(service["image"])]
    return _one("image", name, "image")


def environment(world: World) -> Edit | None:
    name = world.any_service()
    variables = world.services[name]["environment"]
    key = world.random.choice([*sorted(variables), world.fresh("V")])
    if key in variables and world.random.random() < 0.4:
        del variables[key]
    else:
        variables[key] = world.fresh("value $$ ")
    return _one("environment", name, f"environment.{key}")


def command(world: World) -> Edit | None:
    name = world.any_service()
    world.services[name]["command"] = ["sleep", str(1000 + int(world.fresh("")))]
    return _one("command", name, "command")


def label(world: World) -> Edit | None:
    name = world.any_service()
    labels = world.services[name]["labels"]
    key = world.random.choice([*sorted(labels), world.fresh("example.label")])
    if key in labels and world.random.random() < 0.4:
        del labels[key]
    else:
        labels[key] = world.fresh("<value>&")
    return _one("label", name, f'labels["{key}"]')


def port(world: World) -> Edit | None:
    name = world.any_service("network_mode", "scale")
    if not name:
        return None
    ports = world.services[name].setdefault("ports", [])
    if ports and world.random.random() < 0.5:
        ports.pop()
    else:
        ports.append(f"127.0.0.1:{free_port()}:{world.random.randint(1, 999)}")
    return _one("port", name, "ports")


def mount(world: World) -> Edit | None:
    name = world.any_service("volumes_from")
    if not name or any("volumes_from" in world.services[other] for other in world.users_of(name)):
        return None
    volumes = world.services[name].setdefault("volumes", [])
    if volumes and world.random.random() < 0.5:
        gone = volumes.pop()
        # An anonymous volume lives on in its container's successor: what is asked for is what changed.
        return Edit(f"mount of {name}", None) if gone.startswith("/") else _one("mount", name, "volumes")
    kind = world.random.choice(("data", "more", "./files", ""))
    target = world.fresh("/mnt")
    mode = world.random.choice(("", ":ro")) if kind else ""
    volumes.append(f"{kind}:{target}{mode}" if kind else target)
    return _one("mount", name, "volumes")


def health(world: World) -> Edit | None:
    name = world.any_service()
    service = world.services[name]
    awaited = any(
        dependency.get("condition") == "service_healthy"
        for other in world.users_of(name)
        for key, dependency in world.services[other].get("depends_on", {}).items()
        if key == name
    )
    if "healthcheck" not in service:
        service["healthcheck"] = {"test": ["CMD", "true"], "interval": "1s"}
        return _one("health check", name, "healthcheck.test", "healthcheck.interval")
    if world.random.random() < 0.4 and not awaited:
        del service["healthcheck"]
        return Edit(f"health check of {name}", None)
    service["healthcheck"]["retries"] = 3 + int(world.fresh(""))
    return _one("health check", name, "healthcheck.retries")


def scale(world: World) -> Edit | None:
    name = world.any_service("ports", "network_mode")
    if not name:
        return None
    lowest = 1 if world.is_shared(name) else 0
    world.services[name]["scale"] = world.random.randint(lowest, 3)
    return Edit(f"scale of {name}")


def network(world: World) -> Edit | None:
    name = world.any_service("network_mode")
    if not name:
        return None
    networks = world.services[name].setdefault("networks", ["default"])
    other = world.random.choice(["default", "front", "back"])
    if other not in networks:
        networks.append(other)
    elif len(networks) > 1:
        networks.remove(other)
    else:
        return None
    return _one("network", name, "networks")


def network_option(world: World) -> Edit | None:
    key = world.random.choice(["default", "front", "back"])
    network = world.model["networks"].setdefault(key, {})
    option = world.random.choice(("labels", "driver_opts", "internal"))
    path = f"networks.{key}.{option}"
    if option == "internal":
        network[option] = not network.get(option, False)
    elif option == "labels":
        network.setdefault(option, {})["example.option"] = world.fresh("a$$b<")
        path += '["example.option"]'
    else:
        icc = "com.docker.network.bridge.enable_icc"
        options = network.setdefault(option, {})
        options[icc] = "false" if options.get(icc) == "true" else "true"
        path += f'["{icc}"]'
    return Edit(f"option of the network {key}", {key: {path}})


def network_name(world: World) -> Edit | None:
    key = world.random.choice(["front", "back"])
    world.model["networks"][key]["name"] = world.fresh(f"{world.name}-{key}-")
    return Edit(f"name of the network {key}", {key: {f"networks.{key}.name"}})


def volume_option(world: World) -> Edit | None:
    key = world.random.choice(["data", "more"])
    world.model["volumes"][key].setdefault("labels", {})["example.option"] = world.fresh("a")
    if world.random.random() < 0.6:
        world.arguments.append("--yes")
    return Edit(f"option of the volume {key}", {key: {f'volumes.{key}.labels["example.option"]'}})


def volume_name(world: World) -> Edit | None:
    key = world.random.choice(["data", "more"])
    world.model["volumes"][key]["name"] = world.fresh(f"{world.name}-{key}-")
    return Edit(f"name of the volume {key}", None)


def service_added(world: World) -> Edit | None:
    if len(world.services) >= 6:
        return None
    return Edit(f"service {world.add_service()} added")


def service_removed(world: World) -> Edit | None:
    free = sorted(name for name in world.services if not world.users_of(name))
    if len(world.services) < 3 or not free:
        return None
    name = world.random.choice(free)
    del world.services[name]
    if world.random.random() < 0.7:
        world.arguments.append("--remove-orphans")
    return Edit(f"service {name} removed")


def value(world: World) -> Edit | None:
    name = world.random.choice(sorted(world.values))
    world.values[name] = world.fresh("v")
    users = {
        service: {f"services.{service}.environment.{key}"}
        for service, parts in world.services.items()
        for key, text in parts["environment"].items()
        if text == f"${{{name}}}"
    }
    return Edit(f"value of {name} in .env", users)


def plain(world: World) -> Edit | None:
    name = world.any_service()
    key = world.random.choice(sorted(PLAIN))
    service = world.services[name]
    if key in OWN_NETWORK and "network_mode" in service:
        return None
    first, second = PLAIN[key]
    had = service.get(key)
    service[key] = second if had == first else first
    is_nothing = (had is None and service[key] is False) or (key == "logging" and had is None)
    return Edit(f"{key} of {name}", None) if is_nothing else _one(key, name, PLAIN_PATHS.get(key, key))


def dependency(world: World) -> Edit | None:
    """Change what Compose does not count as configuration."""
    names = world.active()
    first, second = names[0], names[-1]
    if first == second or any(key in world.services[second] for key in ("depends_on", "network_mode")):
        return None
    if "depends_on" in world.services[first] or world.users_of(second):
        return None
    restart = world.random.random() < 0.5
    world.services[second]["depends_on"] = {first: {"condition": "service_started", "restart": restart}}
    return Edit(f"dependency of {second}")


def profile(world: World) -> Edit | None:
    free = sorted(name for name in world.services if not world.users_of(name))
    if len(world.services) < 3 or not free:
        return None
    name = world.random.choice(free)
    if world.services[name].pop("profiles", None) is None:
        world.services[name]["profiles"] = ["extra"]
    return Edit(f"profile of {name}", None)


def config(world: World) -> Edit | None:
    world.model["configs"]["note"]["content"] = world.fresh("text")
    return Edit("content of a config")


def nothing(world: World) -> Edit | None:
    return Edit("nothing")


def forced(world: World) -> Edit | None:
    world.arguments.append("--force-recreate")
    return Edit("nothing, but forced", None)


def stopped(world: World) -> Edit | None:
    name = world.any_container("running")
    if not name:
        return None
    world.engine.stop(name, timeout_seconds=0)
    return Edit(f"{name} stopped by hand")


def removed(world: World) -> Edit | None:
    name = world.any_container("running", "exited")
    if not name:
        return None
    world.engine.remove_container(name, force=True)
    return Edit(f"{name} removed by hand", None)


def paused(world: World) -> Edit | None:
    name = world.any_container("running")
    if not name:
        return None
    world.engine.pause(name)
    return Edit(f"{name} paused by hand")


def disconnected(world: World) -> Edit | None:
    name = world.any_container("running")
    networks = world.engine.container(name).networks if name else ()
    if not networks:
        return None
    world.engine.disconnect(world.random.choice(networks), name)
    return Edit(f"{name} disconnected by hand", None)


EDITS: tuple[EditOf, ...] = (
    image,
    environment,
    port,
    command,
    mount,
    label,
    health,
    scale,
    network,
    network_option,
    network_name,
    volume_option,
    volume_name,
    service_added,
    service_removed,
    value,
    plain,
    plain,
    dependency,
    profile,
    config,
    nothing,
    forced,
    stopped,
    removed,
    paused,
    disconnected,
)
