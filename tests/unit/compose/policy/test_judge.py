"""What the policy says of a model, option by option."""

from pathlib import Path
from typing import Any

import pytest

from appos.compose.model import Model, model_of
from appos.compose.models import Severity
from appos.compose.policy.judge import judge, judge_files
from appos.compose.policy.models import Role, Rule
from appos.compose.policy.places import Places
from appos.compose.policy.rules import PolicyRules, rules_of

APP = Path("/appos/data/apps/wiki")
PLACES = Places(directories=(APP,), data=(Path("/appos/data"),), volumes=frozenset({"appos_data"}))


def service(**options: Any) -> dict[str, Any]:
    return {"name": "wiki", "services": {"web": {"image": "x", **options}}}


def volume(**options: Any) -> dict[str, Any]:
    mount = {"type": "volume", "source": "v", "target": "/v"}
    return {**service(volumes=[mount]), "volumes": {"v": {"name": "wiki_v", **options}}}


def mount(**options: Any) -> dict[str, Any]:
    return service(volumes=[{"target": "/x", **options}])


def bind(source: str, **options: Any) -> dict[str, Any]:
    return mount(type="bind", source=source, **options)


def network(**options: Any) -> dict[str, Any]:
    return {**service(networks={"n": None}), "networks": {"n": {"name": "wiki_n", **options}}}


def local(**options: str) -> dict[str, Any]:
    return volume(driver="local", driver_opts=options)


OFFENCES = [
    ("privileged", service(privileged=True), "services.web.privileged"),
    ("privileged", service(build={"context": f"{APP}", "privileged": True}), "services.web.build.privileged"),
    (
        "privileged",
        service(post_start=[{"command": ["a"]}, {"command": ["a"], "privileged": True}]),
        "services.web.post_start[1].privileged",
    ),
    ("privileged", service(pre_stop=[{"privileged": True}]), "services.web.pre_stop[0].privileged"),
    (
        "build_entitlement",
        service(build={"entitlements": ["network.host"]}),
        "services.web.build.entitlements[0]",
    ),
    ("host_network", service(network_mode="host"), "services.web.network_mode"),
    ("host_network", service(build={"network": "host"}), "services.web.build.network"),
    ("host_network", network(name="host", external=True), "networks.n"),
    ("host_network", network(name="host"), "networks.n"),
    ("host_network", network(driver="host"), "networks.n"),
    ("host_pid", service(pid="host"), "services.web.pid"),
    ("host_pid", service(pid="of-tomorrow"), "services.web.pid"),
    ("host_ipc", service(ipc="host"), "services.web.ipc"),
    ("host_uts", service(uts="host"), "services.web.uts"),
    ("host_userns", service(userns_mode="host"), "services.web.userns_mode"),
    ("host_cgroup", service(cgroup="host"), "services.web.cgroup"),
    ("cgroup_parent", service(cgroup_parent="/x"), "services.web.cgroup_parent"),
    ("foreign_container", service(network_mode="container:db"), "services.web.network_mode"),
    ("foreign_container", service(pid="container:db"), "services.web.pid"),
    ("foreign_container", service(ipc="container:db"), "services.web.ipc"),
    ("foreign_container", service(volumes_from=["db2", "container:db"]), "services.web.volumes_from[1]"),
    ("foreign_container", service(volumes_from=["container:db:ro"]), "services.web.volumes_from[0]"),
    ("foreign_container", service(build={"network": "container:db"}), "services.web.build.network"),
    ("external_network", service(network_mode="mail_default"), "services.web.network_mode"),
    ("external_network", service(network_mode="bridge"), "services.web.network_mode"),
    ("external_network", network(name="mail_default", external=True), "networks.n"),
    ("external_network", network(name="mail_default"), "networks.n"),
    ("network_driver", network(driver="macvlan"), "networks.n.driver"),
    (
        "network_driver",
        network(driver_opts={"com.docker.network.bridge.name": "docker0"}),
        'networks.n.driver_opts["com.docker.network.bridge.name"]',
    ),
    ("device", service(devices=[{"source": "/dev/sda"}]), "services.web.devices[0]"),
    ("device", service(devices=[{"source": "vendor.com/gpu=all"}]), "services.web.devices[0]"),
    ("device_rule", service(device_cgroup_rules=["c 1:3 r"]), "services.web.device_cgroup_rules[0]"),
    ("gpu", service(gpus=[{"count": -1}]), "services.web.gpus"),
    (
        "gpu",
        service(deploy={"resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}}}),
        "services.web.deploy.resources.reservations.devices",
    ),
    ("runtime", service(runtime="nvidia"), "services.web.runtime"),
    ("capability", service(cap_add=["CHOWN", "SYS_ADMIN"]), "services.web.cap_add[1]"),
    ("security_opt", service(security_opt=["seccomp:unconfined"]), "services.web.security_opt[0]"),
    ("credential_spec", service(credential_spec={"file": "x"}), "services.web.credential_spec"),
    ("sysctl", service(sysctls={"kernel.shmmax": "1"}), 'services.web.sysctls["kernel.shmmax"]'),
    (
        "sysctl",
        service(networks={"default": {"driver_opts": {"com.docker.network.endpoint.sysctls": "a=1"}}}),
        'services.web.networks.default.driver_opts["com.docker.network.endpoint.sysctls"]',
    ),
    ("oom", service(oom_kill_disable=True), "services.web.oom_kill_disable"),
    ("oom", service(oom_score_adj=-1), "services.web.oom_score_adj"),
    ("provider", service(provider={"type": "sh"}), "services.web.provider"),
    ("provider", service(models={"m": None}), "services.web.models"),
    ("engine_socket", service(use_api_socket=True), "services.web.use_api_socket"),
    ("engine_socket", bind("/var/run/docker.sock"), "services.web.volumes[0]"),
    ("engine_socket", bind("/var/run/docker.sock", read_only=True), "services.web.volumes[0]"),
    ("engine_socket", mount(type="npipe", source="x"), "services.web.volumes[0]"),
    ("host_path", bind("/etc"), "services.web.volumes[0]"),
    ("host_path", bind("/etc/shadow", read_only=True), "services.web.volumes[0]"),
    ("outside_path", bind("/srv/x"), "services.web.volumes[0]"),
    ("appos_data", bind("/appos/data"), "services.web.volumes[0]"),
    ("appos_data", bind("/", read_only=True), "services.web.volumes[0]"),
    ("appos_data", volume(name="appos_data", external=True), "volumes.v"),
    ("appos_data", volume(name="appos_data"), "volumes.v"),
    ("mount_propagation", bind(f"{APP}/x", bind={"propagation": "shared"}), "services.web.volumes[0]"),
    ("mount_propagation", bind(f"{APP}/x", bind={"propagation": "rshared"}), "services.web.volumes[0]"),
    ("volume_driver", mount(type="cluster", source="x"), "services.web.volumes[0]"),
    ("volume_driver", mount(type="of-tomorrow"), "services.web.volumes[0]"),
    ("volume_driver", volume(driver="rclone"), "volumes.v.driver"),
    ("volume_driver", local(type="ext4", device="/dev/sda1"), "volumes.v.driver_opts"),
    ("volume_driver", local(type="overlay", device="x", o="lowerdir=/etc"), "volumes.v.driver_opts"),
    ("volume_driver", local(type="tmpfs", device="tmpfs", o="size=1m,dev"), "volumes.v.driver_opts"),
    ("volume_driver", local(device="/etc"), "volumes.v.driver_opts"),
    ("remote_volume", local(type="nfs", o="addr=nas", device=":/x"), "volumes.v.driver_opts"),
    ("remote_volume", local(type="CIFS", o="username=x", device="//nas/x"), "volumes.v.driver_opts"),
    ("host_path", local(type="none", o="bind", device="/etc"), "volumes.v.driver_opts.device"),
    ("host_path", local(type="tmpfs", o="ro,rbind", device="/etc"), "volumes.v.driver_opts.device"),
    ("host_path", local(type="nfs", o="Bind", device="/etc"), "volumes.v.driver_opts.device"),
    ("engine_socket", local(o="bind", device="/run"), "volumes.v.driver_opts.device"),
    ("appos_data", local(o="bind", device="/appos/data/apps/mail"), "volumes.v.driver_opts.device"),
    ("unclear_path", local(o="bind", device="~/x"), "volumes.v.driver_opts.device"),
    ("mount_propagation", local(o="bind,rshared", device=f"{APP}/x"), "volumes.v.driver_opts.o"),
    ("external_volume", volume(name="mail_data", external=True), "volumes.v"),
    ("external_volume", volume(external=True), "volumes.v"),
    ("external_volume", volume(name="mail_data"), "volumes.v"),
    ("tmpfs_option", service(tmpfs=["/a", "/b:size=1m,exec"]), "services.web.tmpfs[1]"),
    ("host_path", {**service(), "configs": {"c": {"file": "/etc/shadow"}}}, "configs.c.file"),
    ("engine_socket", {**service(), "configs": {"c": {"file": "/var/run/docker.sock"}}}, "configs.c.file"),
    ("appos_data", {**service(), "secrets": {"s": {"file": "/appos/data/key"}}}, "secrets.s.file"),
    ("host_path", service(env_file=[{"path": "/proc/self/environ"}]), "services.web.env_file[0]"),
    ("appos_data", service(env_file=[{"path": f"{APP}/../mail/.env"}]), "services.web.env_file[0]"),
    ("appos_data", service(label_file=["/appos/data/x"]), "services.web.label_file[0]"),
    ("appos_data", service(build={"context": "/appos/data"}), "services.web.build.context"),
    (
        "host_path",
        service(build={"context": f"{APP}", "dockerfile": "/etc/passwd"}),
        "services.web.build.dockerfile",
    ),
    (
        "appos_data",
        service(build={"context": f"{APP}", "dockerfile": "../mail/.env"}),
        "services.web.build.dockerfile",
    ),
    (
        "host_path",
        service(build={"additional_contexts": {"a": "oci-layout:///etc"}}),
        "services.web.build.additional_contexts.a",
    ),
    (
        "engine_socket",
        service(build={"additional_contexts": {"a": "/var/run"}}),
        "services.web.build.additional_contexts.a",
    ),
    ("host_path", service(build={"cache_to": ["type=local,dest=/etc"]}), "services.web.build.cache_to[0]"),
    (
        "unclear_path",
        service(build={"cache_from": ["type=local,src=x"]}),
        "services.web.build.cache_from[0]",
    ),
    ("host_path", service(build={"ssh": ["default", "k=/root/.ssh/id"]}), "services.web.build.ssh"),
    ("host_path", service(build={"ssh": {"k": "/root/.ssh/id"}}), "services.web.build.ssh"),
    ("host_path", service(build={"ssh": ["k: /root/.ssh/id"]}), "services.web.build.ssh"),
]


def found(raw: dict[str, Any], role: Role = Role.USER) -> list[tuple[str, str]]:
    verdict = judge(model_of(raw), PolicyRules(), role, PLACES)
    return [(finding.code, finding.path) for finding in verdict.findings]


@pytest.mark.parametrize(
    ("code", "raw", "path"),
    [pytest.param(*case, id=f"{case[0]}-{number}") for number, case in enumerate(OFFENCES)],
)
def test_an_option_breaks_its_rule_and_no_other(code: str, raw: dict[str, Any], path: str) -> None:
    assert found(raw) == [(code, path)]


def test_every_rule_has_an_option_that_breaks_it() -> None:
    assert {code for code, _, _ in OFFENCES} == set(Rule)


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(service(), id="nothing"),
        pytest.param(service(privileged=False, use_api_socket=False), id="no"),
        pytest.param(service(network_mode="none"), id="no network"),
        pytest.param(
            service(network_mode="service:db", pid="service:db", ipc="service:db"), id="a service's"
        ),
        pytest.param(service(ipc="shareable", cgroup="private"), id="namespaces of its own"),
        pytest.param(service(volumes_from=["db", "db2:ro"]), id="volumes of its services"),
        pytest.param(service(cap_add=["NET_BIND_SERVICE"], cap_drop=["ALL"]), id="harmless capabilities"),
        pytest.param(service(security_opt=["no-new-privileges:true"]), id="stricter"),
        pytest.param(service(sysctls={"net.core.somaxconn": "1024"}), id="a harmless setting"),
        pytest.param(service(runtime="runc", oom_score_adj=500), id="the engine's runtime; ended first"),
        pytest.param(service(tmpfs=["/a", "/b:size=1m,noexec"]), id="memory"),
        pytest.param(service(env_file=[{"path": f"{APP}/.env"}]), id="an env file"),
        pytest.param(
            service(
                build={
                    "context": f"{APP}/src",
                    "dockerfile": "Dockerfile",
                    "additional_contexts": {
                        "a": "docker-image://x",
                        "b": "https://example.com/x.git",
                        "c": f"{APP}/more",
                        "d": "service:db",
                    },
                    "cache_from": ["type=registry,ref=x", "alpine"],
                    "ssh": ["default"],
                }
            ),
            id="a build",
        ),
        pytest.param(
            service(build={"context": "https://example.com/x.git", "dockerfile": "D"}), id="from git"
        ),
        pytest.param(bind(f"{APP}/data", bind={"propagation": "rslave"}), id="its own directory"),
        pytest.param(bind("/etc/localtime", read_only=True), id="the time zone"),
        pytest.param(mount(type="tmpfs"), id="a mount in memory"),
        pytest.param(mount(type="image", source="x"), id="a mount of an image"),
        pytest.param(mount(type="volume"), id="an anonymous volume"),
        pytest.param(volume(), id="a volume"),
        pytest.param(local(), id="a volume with its driver"),
        pytest.param(local(type="", o="", device=""), id="a volume whose options are empty"),
        pytest.param(local(size="1g"), id="a volume with a size"),
        pytest.param(local(type="tmpfs", device="tmpfs", o="size=100m,uid=1000,mode=0755"), id="in memory"),
        pytest.param(
            local(type="none", o="bind", device=f"{APP}/data"), id="a volume that is its own directory"
        ),
        pytest.param(network(), id="a network"),
        pytest.param(network(driver="bridge", internal=True), id="a network with its driver"),
        pytest.param({**service(), "configs": {"c": {"file": f"{APP}/c", "name": "c"}}}, id="a config"),
        pytest.param({**service(), "secrets": {"s": {"environment": "X"}}}, id="a secret"),
    ],
)
def test_what_keeps_to_itself_is_let_pass(raw: dict[str, Any]) -> None:
    assert found(raw) == []


def test_a_container_of_the_projects_own_is_not_foreign() -> None:
    services = {
        "web": {"network_mode": "container:wiki-db", "volumes_from": ["container:wiki-db:ro"]},
        "db": {"container_name": "wiki-db"},
    }
    assert found({"name": "wiki", "services": services}) == []


def both() -> Model:
    return model_of(service(privileged=True, volumes=[{"type": "bind", "source": "/appos", "target": "/x"}]))


def test_a_superuser_is_warned_and_refused_appos_data_alone() -> None:
    verdict = judge(both(), PolicyRules(), Role.SUPERUSER, PLACES)
    assert [finding.code for finding in verdict.refused] == ["appos_data"]
    assert [finding.code for finding in verdict.warned] == ["privileged"]


def test_settings_decide() -> None:
    rules = rules_of({"superuser": {"appos_data": "warned", "privileged": "allowed"}})
    verdict = judge(both(), rules, Role.SUPERUSER, PLACES)
    assert verdict.refused == ()
    assert [finding.code for finding in verdict.warned] == ["appos_data"]


def test_a_finding_says_what_the_option_would_let_the_app_do() -> None:
    (finding,) = judge(model_of(service(cap_add=["sys_time"])), PolicyRules(), Role.USER, PLACES).refused
    assert finding.message == "The capability sys_time lets the app change the host's clock."
    assert finding.fix
    assert finding.severity is Severity.WARNING, "A file that the policy refuses is valid all the same."
    assert (finding.file, finding.line) == (None, None)


def test_a_link_is_told_with_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/etc")
    places = Places.of(tmp_path, Path("/appos/data"))
    raw = bind(f"{tmp_path}/link/passwd")
    (finding,) = judge(model_of(raw), PolicyRules(), Role.USER, places).refused
    assert finding.message.startswith(
        f"{tmp_path}/link/passwd, which leads to /etc/passwd, opens a directory"
    )


def test_no_value_stands_in_a_finding() -> None:
    raw = service(
        sysctls={"kernel.x": "canary"},
        environment={"A": "canary"},
        security_opt=["seccomp={" + "canary" * 20 + "}"],
        gpus=[{"driver": "canary"}],
        provider={"type": "x", "options": {"a": ["canary"]}},
    )
    assert "canary" not in repr(judge(model_of(raw), PolicyRules(), Role.USER, PLACES))


def test_files_of_a_project_are_its_own() -> None:
    own = (APP / "compose.yaml", APP / "more/base.yaml")
    assert judge_files(own, PolicyRules(), Role.USER, PLACES).findings == ()
    others = (APP / "../mail/compose.yaml", Path("/etc/x.yaml"), Path("/srv/x.yaml"))
    verdict = judge_files(others, PolicyRules(), Role.USER, PLACES)
    assert [finding.code for finding in verdict.refused] == ["appos_data", "host_path", "outside_path"]
    assert "The file /srv/x.yaml reaches out" in verdict.refused[2].message
