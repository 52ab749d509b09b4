"""Dangerous options in their spellings, by the rule that each breaks."""

import json
from collections.abc import Iterator
from typing import Any

import msgspec

from appos.compose.policy.models import Rule

UP = "../" * 30
# The name of what a case defines beside its service.
KEY = "KEY"
INTERFACE = "com.docker.network.endpoint.sysctls"
HOST_DATA = "/var/lib/docker/volumes/appos_data/_data"
# Symbolic links in the app's directory, and what they lead to.
LINKS = {
    "to_etc": "/etc",
    "to_link": "to_etc",
    "to_root": "/",
    "to_run": "/var/run",
    "to_sock": "/var/run/docker.sock",
    "to_data": "../..",
    "to_mail": "../mail",
    "to_outside": "../../../outside",
}

Parts = dict[str, Any]


class Spelling(msgspec.Struct, frozen=True):
    """An option as it may be written: within the service, and beside it."""

    service: Parts
    project: Parts = {}

    def numbered(self, number: int) -> "Spelling":
        """Return it with names of its own, so that many stand in one project."""
        text = json.dumps([self.service, self.project]).replace(KEY, f"k{number}")
        return Spelling(*json.loads(text))


def binds(*paths: str) -> Iterator[Spelling]:
    """Yield binds of paths in short and in long syntax."""
    for path in paths:
        yield Spelling({"volumes": [f"{path}:/x"]})
        yield Spelling({"volumes": [f"{path}:/x:ro"]})
        yield Spelling({"volumes": [{"type": "bind", "source": path, "target": "/x"}]})


def devices(*paths: str, **options: str) -> Iterator[Spelling]:
    """Yield volumes that bind paths.

    Compose works out relative ones where the driver is named and `o` is `bind` and nothing else; the engine
    takes the rest as they are.
    """
    for path in paths:
        for flags in ("bind", "rbind", "ro,bind"):
            for driver in ({}, {"driver": "local"}):
                told = {"type": "none", "o": flags, "device": path, **options}
                if path[0] == "/" or path.startswith(UP) or (flags == "bind" and driver):
                    yield Spelling(
                        {"volumes": [f"{KEY}:/x"]}, {"volumes": {KEY: {"driver_opts": told, **driver}}}
                    )


def files(*paths: str) -> Iterator[Spelling]:
    """Yield files that Compose mounts or reads itself."""
    for path in paths:
        for kind in ("configs", "secrets"):
            yield Spelling({kind: [KEY]}, {kind: {KEY: {"file": path}}})
            yield Spelling({kind: [{"source": KEY, "target": "/x"}]}, {kind: {KEY: {"file": path}}})


def reads(path: str) -> Iterator[Spelling]:
    """Yield what makes Compose read a file of variables."""
    yield Spelling({"env_file": path})
    yield Spelling({"env_file": [path]})
    yield Spelling({"env_file": [{"path": path, "required": False}]})
    yield Spelling({"env_file": [{"path": path, "format": "raw"}]})


def builds(path: str) -> Iterator[Spelling]:
    """Yield builds that send a directory to the engine."""
    yield Spelling({"build": path})
    yield Spelling({"build": {"context": path}})
    yield Spelling({"build": {"context": ".", "additional_contexts": {"more": path}}})
    yield Spelling({"build": {"context": ".", "additional_contexts": [f"more={path}"]}})


def each(**options: list[Any]) -> Iterator[Spelling]:
    """Yield an option with each of its values."""
    for option, values in options.items():
        for value in values:
            yield Spelling({option: value})


def named(kind: str, *told: Parts) -> Iterator[Spelling]:
    """Yield a network or a volume that a service uses."""
    for one in told:
        use: Any = [KEY] if kind == "networks" else [f"{KEY}:/x"]
        yield Spelling({kind: use}, {kind: {KEY: one}})


GPU = {"capabilities": ["gpu"], "count": 1}

SPELLINGS: dict[Rule, list[Spelling]] = {
    Rule.PRIVILEGED: [
        *each(privileged=[True, "true"]),
        *each(build=[{"context": ".", "privileged": True}]),
        *each(
            post_start=[[{"command": ["a"], "privileged": True}], [{"command": "a", "privileged": "true"}]]
        ),
        *each(pre_stop=[[{"command": ["a"], "privileged": True}]]),
    ],
    Rule.BUILD_ENTITLEMENT: [*each(build=[{"context": ".", "entitlements": ["security.insecure"]}])],
    Rule.HOST_NETWORK: [
        *each(network_mode=["host"], build=[{"context": ".", "network": "host"}]),
        *named(
            "networks",
            {"name": "host", "external": True},
            {"external": {"name": "host"}},
            {"name": "host"},
            {"driver": "host"},
        ),
    ],
    Rule.HOST_PID: [*each(pid=["host"])],
    Rule.HOST_IPC: [*each(ipc=["host"])],
    Rule.HOST_UTS: [*each(uts=["host"])],
    Rule.HOST_USERNS: [*each(userns_mode=["host"])],
    Rule.HOST_CGROUP: [*each(cgroup=["host"])],
    Rule.CGROUP_PARENT: [*each(cgroup_parent=["/host", "system.slice"])],
    Rule.FOREIGN_CONTAINER: [
        *each(
            network_mode=["container:mail"],
            pid=["container:mail"],
            ipc=["container:mail"],
            volumes_from=[["container:mail"], ["container:mail:ro"]],
            build=[{"context": ".", "network": "container:mail"}],
        )
    ],
    Rule.EXTERNAL_NETWORK: [
        *each(network_mode=["bridge", "mail_default"]),
        *named(
            "networks",
            {"external": True},
            {"external": "true"},
            {"external": {"name": "mail_default"}},
            {"name": "mail_default", "external": True},
            {"name": "mail_default"},
        ),
    ],
    Rule.NETWORK_DRIVER: [
        *named(
            "networks",
            {"driver": "macvlan", "driver_opts": {"parent": "eth0"}},
            {"driver": "ipvlan"},
            {"driver_opts": {"com.docker.network.bridge.name": "docker0"}},
        )
    ],
    Rule.DEVICE: [
        *each(
            devices=[
                ["/dev/sda"],
                ["/dev/sda:/dev/x"],
                ["/dev/sda:/dev/x:r"],
                [{"source": "/dev/sda", "target": "/dev/x", "permissions": "r"}],
                ["/dev/../dev//sda"],
                ["vendor.com/device=one"],
            ]
        )
    ],
    Rule.DEVICE_RULE: [*each(device_cgroup_rules=[["c 1:3 mr"], ["a *:* rwm"]])],
    Rule.GPU: [
        *each(
            gpus=["all", [GPU], [{"driver": "nvidia"}]],
            deploy=[{"resources": {"reservations": {"devices": [GPU]}}}],
        )
    ],
    Rule.RUNTIME: [*each(runtime=["nvidia", "sysbox-runc"])],
    Rule.CAPABILITY: [
        *each(
            cap_add=[
                ["ALL"],
                ["all"],
                ["CAP_ALL"],
                ["SYS_ADMIN"],
                ["sys_admin"],
                ["CAP_SYS_ADMIN"],
                ["cap_sys_admin"],
                ["Cap_Sys_Admin"],
                ["CHOWN", "NET_ADMIN"],
            ]
        )
    ],
    Rule.SECURITY_OPT: [
        *each(
            security_opt=[
                ["seccomp=unconfined"],
                ["seccomp:unconfined"],
                ["seccomp=./profile.json"],
                ["apparmor=unconfined"],
                ["apparmor:unconfined"],
                ["label=disable"],
                ["label:disable"],
                ["label=type:spc_t"],
                ["systempaths=unconfined"],
                ["no-new-privileges:true", "seccomp:unconfined"],
            ]
        )
    ],
    Rule.CREDENTIAL_SPEC: [*each(credential_spec=[{"file": "x.json"}, {"registry": "x"}])],
    Rule.SYSCTL: [
        *each(sysctls=[{"kernel.msgmax": 65536}, ["kernel.msgmax=65536"], {"net.ipv4.ip_forward": "1"}]),
        Spelling(
            {"networks": {"default": {"driver_opts": {INTERFACE: "net.ipv4.conf.IFNAME.forwarding=1"}}}}
        ),
    ],
    Rule.OOM: [*each(oom_kill_disable=[True, "true"], oom_score_adj=[-1, "-500"])],
    Rule.PROVIDER: [*each(provider=[{"type": "sh"}, {"type": "model", "options": {"model": "x"}}])],
    Rule.ENGINE_SOCKET: [
        *binds(
            *("/var/run/docker.sock", "/run/docker.sock", "//var//run/docker.sock", "/var/./run/docker.sock"),
            *("/var/run/../run/docker.sock", "/var/run/docker.sock/", "/var/run", "/run", "/run/", "/run/."),
            *("./to_sock", "./to_run", "./to_run/docker.sock", "./to_root/run"),
            *(f"{UP}run/docker.sock", f"./{UP}var/run", f"~/{UP}run/docker.sock"),
            *("/run/containerd/containerd.sock", "/run/containerd", "/run/podman/podman.sock"),
            *("/run/user/1000/docker.sock", "/run/user/1000", "/home/me/.docker/run/docker.sock"),
        ),
        *devices("/var/run/docker.sock", "/run", "./to_sock", "./to_run", f"{UP}run"),
        *files("/var/run/docker.sock", "./to_sock", f"{UP}run/docker.sock"),
        *builds("/var/run"),
        *each(use_api_socket=[True]),
    ],
    Rule.APPOS_DATA: [
        *binds(
            *("/", "/.", "//", "/..", f"{UP}", "./to_root", "./to_root/."),
            *("..", "../", "../..", "../../.", "../mail", ".././mail/", "./to_data", "./to_data/apps/mail"),
            *("./to_mail", "../../records", "~/../../apps/mail", "./missing/../../mail"),
            *(
                HOST_DATA,
                f"{HOST_DATA}/",
                f"{HOST_DATA}/apps/mail",
                "/var/lib/docker/volumes",
                "/var/lib/docker",
            ),
            *("/var/lib", "/var"),
        ),
        *devices("../mail", "./to_mail", HOST_DATA, "/"),
        *files("../mail/.env", "./to_mail/.env", f"{HOST_DATA}/key"),
        *reads("../mail/.env"),
        *reads("./to_mail/.env"),
        *each(label_file=["../mail/.env", ["./to_mail/.env"]]),
        *builds(".."),
        *builds("./to_mail"),
        *each(
            build=[
                {"context": ".", "dockerfile": "../mail/.env"},
                {"context": ".", "dockerfile": "to_mail/.env"},
            ]
        ),
        *named("volumes", {"name": "appos_data", "external": True}, {"name": "appos_data"}),
        *named("volumes", {"external": {"name": "appos_data"}}),
    ],
    Rule.HOST_PATH: [
        *binds(
            *(
                "/etc",
                "/etc/",
                "//etc",
                "/etc/.",
                "/./etc",
                "/etc/../etc",
                "/etc/passwd",
                "/proc",
                "/sys",
                "/dev",
            ),
            *(
                "/boot",
                "/root",
                "/home",
                "/home/me/x",
                "/usr/bin",
                "/lib/modules",
                "/var/log",
                "/proc/1/root",
            ),
            *(
                "./to_etc",
                "./to_etc/",
                "./to_etc/passwd",
                "./to_link",
                "./to_root/etc",
                "./to_root/../to_root/etc",
            ),
            *(f"{UP}etc", f"./{UP}etc/", f"./missing/../{UP}etc", f"~/{UP}etc"),
        ),
        *devices("/etc", "//etc/.", "./to_etc", f"{UP}etc", "/proc"),
        *devices("/etc", type="tmpfs"),
        *devices("/etc", type="nfs"),
        *files("/etc/passwd", "./to_etc/passwd", f"{UP}etc/passwd"),
        *reads("/etc/os-release"),
        *reads("./to_etc/os-release"),
        *each(label_file=["/etc/os-release"]),
        *builds("/etc"),
        *builds("./to_etc"),
        *each(
            build=[
                {"context": ".", "dockerfile": "/etc/passwd"},
                {"context": ".", "dockerfile": f"{UP}etc/x"},
            ]
        ),
        *each(build=[{"context": ".", "cache_to": ["type=local,dest=/etc"]}]),
        *each(build=[{"context": ".", "additional_contexts": {"a": "oci-layout:///etc"}}]),
    ],
    Rule.OUTSIDE_PATH: [
        *binds("/srv/x", "/opt", "/mnt/", "../../../outside", "./to_outside", "./to_outside/x"),
        *devices("/srv/x", "../../../outside"),
        *files("../../../outside/x.env"),
        *reads("../../../outside/x.env"),
        *builds("../../../outside"),
    ],
    Rule.UNCLEAR_PATH: [
        *each(build=[{"context": ".", "cache_from": ["type=local,src=x"]}]),
        *named("volumes", {"driver_opts": {"o": "bind", "device": "./x"}}),
        *named("volumes", {"driver": "local", "driver_opts": {"o": "rbind", "device": "~/x"}}),
    ],
    Rule.VOLUME_DRIVER: [
        *named(
            "volumes",
            {"driver": "rclone"},
            {"driver": "local", "driver_opts": {"type": "ext4", "device": "/dev/sda1"}},
            {"driver_opts": {"type": "overlay", "device": "o", "o": "lowerdir=/etc"}},
            {"driver_opts": {"device": "/etc"}},
        ),
        *each(volumes=[[{"type": "cluster", "source": "x", "target": "/x"}]]),
    ],
    Rule.REMOTE_VOLUME: [
        *named(
            "volumes",
            {"driver_opts": {"type": "nfs", "o": "addr=10.0.0.1", "device": ":/x"}},
            {"driver_opts": {"type": "nfs4", "o": "addr=10.0.0.1", "device": ":/etc"}},
            {"driver": "local", "driver_opts": {"type": "cifs", "device": "//nas/x"}},
        )
    ],
    Rule.MOUNT_PROPAGATION: [
        *each(
            volumes=[
                ["./x:/x:shared"],
                ["./x:/x:ro,rshared"],
                [{"type": "bind", "source": "./x", "target": "/x", "bind": {"propagation": "rshared"}}],
            ]
        )
    ],
    Rule.EXTERNAL_VOLUME: [
        *named(
            "volumes",
            {"external": True},
            {"external": {"name": "mail_data"}},
            {"name": "mail_data", "external": True},
            {"name": "mail_data"},
        )
    ],
    Rule.TMPFS_OPTION: [*each(tmpfs=["/a:exec", ["/a", "/b:size=1m,suid"]])],
}
