"""What the policy says of what an engine made."""

from typing import Any

import pytest

from appos.compose.policy.made import PROJECT, SERVICE, Defaults, judge_made
from appos.compose.policy.models import Role, Rule
from appos.compose.policy.rules import PolicyRules
from appos.engine.models import Container, MountPoint, Network, Volume
from tests.unit.compose.policy.test_judge import APP, PLACES

DB = "d" * 64
LABELS = {PROJECT: "wiki", SERVICE: "web"}
# As an engine tells a container that asked for nothing.
PLAIN: dict[str, Any] = {
    "Binds": None,
    "NetworkMode": "wiki_default",
    "VolumesFrom": None,
    "CapAdd": None,
    "CgroupnsMode": "private",
    "IpcMode": "private",
    "OomScoreAdj": 0,
    "PidMode": "",
    "Privileged": False,
    "SecurityOpt": None,
    "UTSMode": "",
    "UsernsMode": "",
    "Runtime": "runc",
    "CgroupParent": "",
    "Devices": [],
    "DeviceCgroupRules": None,
    "DeviceRequests": None,
    "OomKillDisable": False,
    "MaskedPaths": ["/proc/kcore"],
    "ReadonlyPaths": ["/proc/sys"],
}


def container(
    id_: str = "c" * 64, mounts: tuple[MountPoint, ...] = (), networks: tuple[str, ...] = (), **told: Any
) -> Container:
    return Container(
        id=id_,
        name="wiki-web-1",
        image="x",
        image_id="sha256:1",
        state="created",
        labels=LABELS,
        mounts=mounts,
        networks=networks,
        host_config={**PLAIN, **told},
    )


def found(*containers: Container, **more: Any) -> list[tuple[str, str]]:
    volumes = more.pop("volumes", [])
    networks = more.pop("networks", [])
    verdict = judge_made(containers, volumes, networks, PolicyRules(), Role.USER, PLACES, **more)
    return [(finding.code, finding.path) for finding in verdict.findings]


@pytest.mark.parametrize(
    ("rule", "told", "path"),
    [
        pytest.param(Rule.PRIVILEGED, {"Privileged": True}, "privileged", id="privileged"),
        pytest.param(
            Rule.PRIVILEGED,
            {"Privileged": True, "SecurityOpt": ["label=disable"], "MaskedPaths": []},
            "privileged",
            id="privileged, with what comes of it",
        ),
        pytest.param(
            Rule.HOST_PID,
            {"PidMode": "host", "SecurityOpt": ["label=disable"]},
            "pid",
            id="pid and its label",
        ),
        pytest.param(Rule.HOST_NETWORK, {"NetworkMode": "host"}, "network_mode", id="network"),
        pytest.param(Rule.HOST_IPC, {"IpcMode": "host"}, "ipc", id="ipc"),
        pytest.param(Rule.HOST_UTS, {"UTSMode": "host"}, "uts", id="uts"),
        pytest.param(Rule.HOST_USERNS, {"UsernsMode": "host"}, "userns_mode", id="userns"),
        pytest.param(Rule.HOST_CGROUP, {"CgroupnsMode": "host"}, "cgroup", id="cgroup"),
        pytest.param(Rule.CGROUP_PARENT, {"CgroupParent": "/x"}, "cgroup_parent", id="cgroup parent"),
        pytest.param(Rule.RUNTIME, {"Runtime": "nvidia"}, "runtime", id="runtime"),
        pytest.param(Rule.CAPABILITY, {"CapAdd": ["CAP_SYS_ADMIN"]}, "cap_add", id="capability"),
        pytest.param(Rule.SECURITY_OPT, {"SecurityOpt": ["seccomp={}"]}, "security_opt", id="seccomp"),
        pytest.param(Rule.SECURITY_OPT, {"MaskedPaths": []}, "security_opt", id="systempaths"),
        pytest.param(Rule.SYSCTL, {"Sysctls": {"kernel.shmmax": "1"}}, "sysctls", id="sysctl"),
        pytest.param(Rule.OOM, {"OomKillDisable": True}, "oom_kill_disable", id="oom kill"),
        pytest.param(Rule.OOM, {"OomScoreAdj": -1}, "oom_score_adj", id="oom score"),
        pytest.param(Rule.DEVICE, {"Devices": [{"PathOnHost": "/dev/sda"}]}, "devices", id="device"),
        pytest.param(Rule.DEVICE_RULE, {"DeviceCgroupRules": ["a"]}, "device_cgroup_rules", id="device rule"),
        pytest.param(Rule.GPU, {"DeviceRequests": [{"Capabilities": [["gpu"]]}]}, "deploy", id="gpu"),
        pytest.param(Rule.TMPFS_OPTION, {"Tmpfs": {"/a": "rw,exec"}}, "tmpfs", id="tmpfs"),
        pytest.param(
            Rule.FOREIGN_CONTAINER, {"NetworkMode": f"container:{DB}"}, "network_mode", id="another's network"
        ),
        pytest.param(
            Rule.FOREIGN_CONTAINER, {"VolumesFrom": [f"{DB}:ro"]}, "volumes_from", id="another's data"
        ),
        pytest.param(Rule.HOST_PATH, {"Binds": ["/etc:/x"]}, "volumes", id="a bind"),
        pytest.param(Rule.ENGINE_SOCKET, {"Binds": ["/run/docker.sock:/x:ro"]}, "volumes", id="the socket"),
        pytest.param(
            Rule.MOUNT_PROPAGATION, {"Binds": [f"{APP}:/x:ro,rshared"]}, "volumes", id="a bind's propagation"
        ),
        pytest.param(
            Rule.HOST_PATH,
            {"Mounts": [{"Type": "bind", "Source": "/etc", "Target": "/x", "ReadOnly": True}]},
            "volumes",
            id="a mount",
        ),
        pytest.param(
            Rule.MOUNT_PROPAGATION,
            {"Mounts": [{"Type": "bind", "Source": f"{APP}", "BindOptions": {"Propagation": "shared"}}]},
            "volumes",
            id="a mount's propagation",
        ),
        pytest.param(Rule.VOLUME_DRIVER, {"Mounts": [{"Type": "cluster"}]}, "volumes", id="an unknown mount"),
    ],
)
def test_a_container_breaks_the_rules_of_what_it_was_made_with(
    rule: Rule, told: dict[str, Any], path: str
) -> None:
    assert found(container(**told)) == [(rule, f"services.web.{path}")]


def test_a_container_that_asked_for_nothing_is_let_pass() -> None:
    volume = MountPoint(type="volume", source="/v", target="/v", name="wiki_data")
    anonymous = MountPoint(type="volume", source="/v", target="/w", name="a" * 64)
    mine = MountPoint(type="bind", source=f"{APP}/data", target="/x")
    made = container(
        mounts=(volume, anonymous, mine),
        networks=("wiki_default",),
        Binds=["wiki_data:/v:rw", f"{APP}/data:/x:rw", "/etc/localtime:/etc/localtime:ro"],
        Mounts=[{"Type": "volume", "Target": "/w"}, {"Type": "tmpfs", "Target": "/t"}],
        CapAdd=["CAP_CHOWN"],
        SecurityOpt=["no-new-privileges:true"],
        Tmpfs={"/run": ""},
    )
    assert found(made, volumes=[Volume(name="wiki_data", driver="local", mountpoint="/v")]) == []


def test_what_services_of_a_project_share_is_theirs() -> None:
    sharing = container(
        NetworkMode=f"container:{DB}", PidMode=f"container:{DB}", IpcMode=f"container:{DB}", VolumesFrom=[DB]
    )
    assert found(sharing, container(DB)) == []
    assert {code for code, _ in found(sharing)} == {"foreign_container"}


def test_mounts_that_came_with_another_container_are_seen() -> None:
    inherited = MountPoint(type="bind", source="/etc", target="/x")
    assert found(container(mounts=(inherited,))) == [("host_path", "services.web.volumes")]


@pytest.mark.parametrize(
    ("volume", "code"),
    [
        pytest.param(
            Volume(name="appos_data", driver="local", mountpoint=""), "appos_data", id="AppOS's own"
        ),
        pytest.param(
            Volume(name="mail_data", driver="local", mountpoint=""), "external_volume", id="another's"
        ),
        pytest.param(
            Volume(name="wiki_x", driver="local", mountpoint="", labels={PROJECT: "mail"}),
            "external_volume",
            id="another's by its label",
        ),
        pytest.param(Volume(name="wiki_x", driver="rclone", mountpoint=""), "volume_driver", id="a driver"),
        pytest.param(
            Volume(name="wiki_x", driver="local", mountpoint="", options={"o": "bind", "device": "/run"}),
            "engine_socket",
            id="a volume that binds",
        ),
    ],
)
def test_volumes_are_judged_as_the_engine_has_them(volume: Volume, code: str) -> None:
    made = container(Binds=[f"{volume.name}:/v"])
    assert [found_code for found_code, _ in found(made, volumes=[volume])] == [code]


@pytest.mark.parametrize(
    ("network", "codes"),
    [
        pytest.param(Network(id="1", name="wiki_default", driver="bridge"), [], id="its own"),
        pytest.param(
            Network(id="1", name="mail_default", driver="bridge"), ["external_network"], id="another's"
        ),
        pytest.param(
            Network(id="1", name="bridge", driver="bridge"), ["external_network"], id="the default one"
        ),
        pytest.param(Network(id="1", name="host", driver="host"), ["host_network"], id="the host's"),
        pytest.param(Network(id="1", name="wiki_lan", driver="macvlan"), ["network_driver"], id="a driver"),
        pytest.param(
            Network(id="1", name="wiki_x", driver="bridge", labels={PROJECT: "mail"}),
            ["external_network"],
            id="another's by its label",
        ),
    ],
)
def test_networks_are_judged_as_the_engine_has_them(network: Network, codes: list[str]) -> None:
    made = container(NetworkMode=network.name, networks=(network.name,))
    assert [code for code, _ in found(made, networks=[network])] == codes


def test_what_an_engine_gives_every_container_is_nothing_asked_for() -> None:
    made = container(Runtime="crun", CgroupnsMode="host")
    assert {code for code, _ in found(made)} == {"runtime", "host_cgroup"}
    assert found(made, defaults=Defaults(runtime="crun", cgroup="host")) == []
