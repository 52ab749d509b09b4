"""What a real engine made of a project is judged as the project was."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from appos.apps.looks import Deploy
from appos.apps.projects import Projects
from appos.compose.binary import BESIDE
from appos.compose.driver import Compose
from appos.compose.models import ProjectFiles
from appos.compose.policy.judge import judge, project_offences
from appos.compose.policy.made import PROJECT, SERVICE, Defaults, judge_made, project_of
from appos.compose.policy.models import Role, Rule
from appos.compose.policy.places import Places
from appos.compose.policy.rules import PolicyRules
from appos.engine.docker import DockerEngine
from appos.engine.models import Container
from appos.errors import ForbiddenError
from tests.engine_daemon import running_engine
from tests.engine_images import client_of, load_tiny_image

Parts = dict[str, Any]


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """Run an engine with an image, and with a volume, a network and a container of others."""
    with running_engine() as engine:
        image = load_tiny_image(engine.host)
        with client_of(engine.host) as client:
            client.containers.create(image, name="mail")
            client.networks.create("mail_default")
            client.volumes.create("mail_data")
            client.volumes.create("appos_data")
            client.volumes.create("wiki_taken", driver_opts={"type": "none", "o": "bind", "device": "/etc"})
            client.volumes.create("wiki_foreign", labels={PROJECT: "mail"})
            client.images.get(image).tag("tiny:policy")
        yield engine.host


@pytest.fixture(scope="module")
def defaults(host: str) -> Defaults:
    """What the engine gives containers; with the first version of cgroups, the host's own."""
    with client_of(host) as client:
        told = client.info()
    is_private = "name=cgroupns" in told["SecurityOptions"]
    return Defaults(runtime=told["DefaultRuntime"], cgroup="private" if is_private else "host")


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An app's directory within AppOS's data."""
    made = tmp_path_factory.mktemp("policy") / "data/apps/wiki"
    made.mkdir(parents=True)
    (made / "file.txt").write_text("x")
    (made / "data").mkdir()
    (made / "to_etc").symlink_to("/etc")
    return made


@pytest.fixture(scope="module")
def places(app: Path) -> Places:
    return Places(directories=(app,), data=(app.parents[1],), volumes=frozenset({"appos_data"}))


@pytest.fixture(scope="module")
def engine(host: str) -> Iterator[DockerEngine]:
    made = DockerEngine(host)
    yield made
    made.close()


# The options that this engine can make a container with.
SERVICES: list[tuple[Rule | None, Parts]] = [
    (None, {}),
    (None, {"ipc": "shareable", "cgroup": "private", "cap_add": ["chown"], "tmpfs": ["/a:size=1m"]}),
    (None, {"security_opt": ["no-new-privileges:true"], "sysctls": {"net.core.somaxconn": 1024}}),
    (None, {"volumes": ["./data:/a", "own:/b", "/c", "/etc/localtime:/etc/localtime:ro"]}),
    (None, {"network_mode": "service:s0", "pid": "service:s0", "volumes_from": ["s3"]}),
    (None, {"configs": ["own"], "secrets": ["own"], "oom_score_adj": 10}),
    (Rule.PRIVILEGED, {"privileged": True}),
    (Rule.HOST_NETWORK, {"network_mode": "host"}),
    (Rule.HOST_PID, {"pid": "host"}),
    (Rule.HOST_IPC, {"ipc": "host"}),
    (Rule.HOST_UTS, {"uts": "host"}),
    (Rule.HOST_USERNS, {"userns_mode": "host"}),
    (Rule.HOST_CGROUP, {"cgroup": "host"}),
    (Rule.CGROUP_PARENT, {"cgroup_parent": "/policy"}),
    (Rule.FOREIGN_CONTAINER, {"network_mode": "container:mail"}),
    (Rule.FOREIGN_CONTAINER, {"pid": "container:mail"}),
    (Rule.FOREIGN_CONTAINER, {"ipc": "container:mail"}),
    (Rule.FOREIGN_CONTAINER, {"volumes_from": ["container:mail:ro"]}),
    (Rule.EXTERNAL_NETWORK, {"networks": ["mail"]}),
    (Rule.EXTERNAL_NETWORK, {"network_mode": "mail_default"}),
    (Rule.DEVICE, {"devices": ["/dev/null:/dev/x:r"]}),
    (Rule.DEVICE_RULE, {"device_cgroup_rules": ["c 1:3 r"]}),
    (Rule.GPU, {"gpus": "all"}),
    (Rule.GPU, {"deploy": {"resources": {"reservations": {"devices": [{"capabilities": ["gpu"]}]}}}}),
    (Rule.CAPABILITY, {"cap_add": ["ALL"]}),
    (Rule.CAPABILITY, {"cap_add": ["sys_admin"]}),
    (Rule.CAPABILITY, {"cap_add": ["CAP_NET_ADMIN"]}),
    (Rule.SECURITY_OPT, {"security_opt": ["seccomp:unconfined"]}),
    (Rule.SECURITY_OPT, {"security_opt": ["apparmor=unconfined"]}),
    (Rule.SECURITY_OPT, {"security_opt": ["label:disable"]}),
    (Rule.SECURITY_OPT, {"security_opt": ["systempaths=unconfined"]}),
    (Rule.SYSCTL, {"sysctls": {"kernel.msgmax": 65536}}),
    (Rule.OOM, {"oom_score_adj": -500}),
    (Rule.ENGINE_SOCKET, {"volumes": ["/var/run/docker.sock:/x"]}),
    (Rule.ENGINE_SOCKET, {"volumes": [{"type": "bind", "source": "/run", "target": "/x"}]}),
    (Rule.ENGINE_SOCKET, {"volumes": ["/run:/x:ro"]}),
    (Rule.APPOS_DATA, {"volumes": ["..:/x"]}),
    (Rule.APPOS_DATA, {"volumes": ["../mail:/x"]}),
    (Rule.APPOS_DATA, {"volumes": ["/:/x:ro"]}),
    (Rule.APPOS_DATA, {"volumes": ["appos:/x"]}),
    (Rule.HOST_PATH, {"volumes": ["/etc:/x"]}),
    (Rule.HOST_PATH, {"volumes": ["./to_etc:/x"]}),
    (Rule.HOST_PATH, {"volumes": [{"type": "bind", "source": "/etc", "target": "/x", "read_only": True}]}),
    (Rule.HOST_PATH, {"volumes": ["bound:/x"]}),
    (Rule.HOST_PATH, {"configs": ["outside"]}),
    (Rule.HOST_PATH, {"secrets": ["outside"]}),
    (Rule.OUTSIDE_PATH, {"volumes": ["/opt:/x"]}),
    (Rule.VOLUME_DRIVER, {"volumes": ["disk:/x"]}),
    (Rule.REMOTE_VOLUME, {"volumes": ["remote:/x"]}),
    (Rule.MOUNT_PROPAGATION, {"volumes": ["./data:/x:rshared"]}),
    (
        Rule.MOUNT_PROPAGATION,
        {"volumes": [{"type": "bind", "source": ".", "target": "/x", "bind": {"propagation": "shared"}}]},
    ),
    (Rule.EXTERNAL_VOLUME, {"volumes": ["mail:/x"]}),
    (Rule.TMPFS_OPTION, {"tmpfs": ["/a:exec"]}),
]
PROJECT_PARTS = {
    "networks": {"mail": {"name": "mail_default", "external": True}},
    "volumes": {
        "own": {},
        "appos": {"name": "appos_data", "external": True},
        "mail": {"name": "mail_data", "external": True},
        "bound": {"driver": "local", "driver_opts": {"type": "none", "o": "bind", "device": "/etc"}},
        "disk": {"driver_opts": {"type": "ext4", "device": "/dev/none"}},
        "remote": {"driver_opts": {"type": "nfs", "o": "addr=127.0.0.1", "device": ":/x"}},
    },
    "configs": {"own": {"file": "./file.txt"}, "outside": {"file": "/etc/passwd"}},
    "secrets": {"own": {"file": "./file.txt"}, "outside": {"file": "/etc/passwd"}},
}


def created(
    host: str, app: Path, project: Parts, engine: DockerEngine
) -> tuple[ProjectFiles, list[Container]]:
    """Have Compose create the containers of a project; none of them is started."""
    file = app / "compose.yaml"
    file.write_text(yaml.safe_dump(project), encoding="utf-8")
    done = subprocess.run(
        [str(BESIDE), "--project-name", "wiki", "--file", str(file), "create", "--pull", "never", "--yes"],
        env={"DOCKER_HOST": host, "HOME": str(app), "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    summaries = engine.containers(labels={PROJECT: "wiki"})
    return ProjectFiles(directory=app, files=(file,), name="wiki"), [
        engine.container(summary.id) for summary in summaries
    ]


@pytest.fixture
def clean(host: str, app: Path) -> Iterator[None]:
    """Remove what was created."""
    yield
    with client_of(host) as client:
        mine = {"label": f"{PROJECT}=wiki"}
        for container in client.containers.list(all=True, filters=mine, ignore_removed=True):
            container.remove(force=True)


@pytest.mark.usefixtures("clean")
def test_what_an_engine_made_is_judged_as_the_model_was(
    host: str, app: Path, places: Places, engine: DockerEngine, defaults: Defaults, tmp_path: Path
) -> None:
    services = {f"s{number}": {"image": "tiny:policy", **told} for number, (_, told) in enumerate(SERVICES)}
    files, containers = created(host, app, {"services": services, **PROJECT_PARTS}, engine)
    answer = Compose(BESIDE, docker_host=host, home=tmp_path).config(files, resolves_env_files=False)
    assert answer.model is not None, answer.refusal

    # Where the engine gives every container the host's cgroups, asking for them is nothing more.
    unseen = {None, Rule.HOST_CGROUP} if defaults.cgroup == "host" else {None}
    wanted = {
        f"s{number}": {str(rule)} - {str(one) for one in unseen} for number, (rule, _) in enumerate(SERVICES)
    }
    assert codes(containers, engine, places, defaults) == wanted
    made = judge_made(
        containers, engine.volumes(), engine.networks(), PolicyRules(), Role.USER, places, defaults=defaults
    )
    assert {finding.code for finding in made.findings} == {rule for rule, _ in SERVICES} - unseen
    # What stands beside the services in the model is judged with the container that uses it.
    verdict = judge(answer.model, PolicyRules(), Role.USER, places)
    assert {finding.code for finding in verdict.findings} == {rule for rule, _ in SERVICES} - {None}


def codes(
    containers: list[Container], engine: DockerEngine, places: Places, defaults: Defaults
) -> dict[str, set[str]]:
    """Judge each container by itself, knowing which others are its project's."""
    volumes = {volume.name: volume for volume in engine.volumes()}
    networks = {network.name: network for network in engine.networks()}
    own = frozenset(container.id for container in containers)
    found = {}
    for container in containers:
        project = project_of(container, volumes, networks, own=own, defaults=defaults)
        offences = project_offences(project, places, on_host=True)
        found[container.labels[SERVICE]] = {str(offence.rule) for offence in offences}
    return found


@pytest.mark.usefixtures("clean")
def test_a_volume_that_was_there_already_is_seen_in_what_was_made(
    host: str, app: Path, places: Places, engine: DockerEngine, defaults: Defaults, tmp_path: Path
) -> None:
    web = {"image": "tiny:policy", "volumes": ["taken:/x", "foreign:/y"]}
    project = {"services": {"web": web}, "volumes": {"taken": {}, "foreign": {}}}
    files, containers = created(host, app, project, engine)
    answer = Compose(BESIDE, docker_host=host, home=tmp_path).config(files)
    assert answer.model is not None, answer.refusal

    assert judge(answer.model, PolicyRules(), Role.USER, places).findings == ()
    made = judge_made(
        containers, engine.volumes(), engine.networks(), PolicyRules(), Role.USER, places, defaults=defaults
    )
    assert {(finding.code, finding.path) for finding in made.refused} == {
        ("host_path", "volumes.taken.driver_opts"),
        ("external_volume", "volumes.foreign"),
    }


@pytest.fixture
def projects(host: str, app: Path, engine: DockerEngine, tmp_path: Path) -> Projects:
    """The verbs of an AppOS whose data directory holds the app's."""
    compose = Compose(BESIDE, docker_host=host, home=tmp_path / "home")
    return Projects(lambda: compose, engine, app.parents[1])


def written(app: Path, web: Parts, **project: Any) -> ProjectFiles:
    """Write a project with one service that stays."""
    service = {"image": "tiny:policy", "command": ["sleep", "600"], **web}
    (app / "compose.yaml").write_text(yaml.safe_dump({"services": {"web": service}, **project}))
    return ProjectFiles(directory=app, files=(app / "compose.yaml",), name="wiki")


def states(engine: DockerEngine) -> list[str]:
    return [container.state for container in engine.containers(labels={PROJECT: "wiki"})]


@pytest.mark.usefixtures("clean")
def test_anyone_may_deploy_what_keeps_to_itself(app: Path, projects: Projects, engine: DockerEngine) -> None:
    web = {"volumes": ["./data:/x", "own:/y"], "cap_add": ["chown"], "configs": ["c"]}
    files = written(app, web, volumes={"own": {}}, configs={"c": {"file": "./file.txt"}})
    projects.up(files, Deploy(role=Role.USER))
    assert states(engine) == ["running"]


@pytest.mark.usefixtures("clean")
def test_what_is_refused_is_not_made(app: Path, projects: Projects, engine: DockerEngine) -> None:
    with pytest.raises(ForbiddenError) as refused:
        projects.up(written(app, {"pid": "host"}), Deploy(role=Role.USER))
    assert refused.value.code == "policy_refused"
    assert list(refused.value.fields) == ["services.web.pid"]
    assert states(engine) == []


@pytest.mark.usefixtures("clean")
def test_what_became_of_a_project_is_stopped_where_it_is_refused(
    app: Path, projects: Projects, engine: DockerEngine
) -> None:
    files = written(app, {"volumes": ["taken:/x"]}, volumes={"taken": {}})
    with pytest.raises(ForbiddenError) as refused:
        projects.up(files, Deploy(role=Role.USER))
    assert set(refused.value.fields) == {"volumes.taken.driver_opts"}
    assert states(engine) == ["exited"]


@pytest.mark.usefixtures("clean")
def test_nothing_is_said_of_files_that_are_not_the_apps(
    app: Path, projects: Projects, engine: DockerEngine
) -> None:
    (app / "../mail").mkdir(exist_ok=True)
    (app / "../mail/secret.yaml").write_text("services: {base: {image: canary, canary: canary}}")
    extends = {"extends": {"file": "../mail/secret.yaml", "service": "base"}}
    with pytest.raises(ForbiddenError) as refused:
        projects.review(written(app, extends), Deploy(role=Role.USER))
    assert refused.value.code == "policy_refused"
    assert "canary" not in f"{refused.value.message}{refused.value.fields}"
