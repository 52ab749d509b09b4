"""What a plan says, as tables: what is wanted and what is there on one side, the actions on the other."""

from typing import Any

import msgspec
import pytest

from appos.compose.actual import Container, Image, Network, Volume
from appos.compose.plan import Kind, LossKind, Options, Plan, Target, plan
from tests.unit.compose.plan_parts import (
    DATA,
    IMAGE,
    MOUNTED,
    NAMELESS,
    NETWORKS,
    ON_FRONT,
    RESTARTS,
    VOLUMES,
    WAITS,
    actual,
    container,
    data,
    front,
    kinds,
    wanted,
)


@pytest.mark.parametrize(
    ("services", "there", "expected"),
    [
        pytest.param({"web": {}}, (), {"web-1": "create"}, id="nothing is there"),
        pytest.param({"web": {}}, (container(),), {"web-1": "untouched"}, id="nothing changed"),
        pytest.param({"web": {}}, (container(config_hash="h0"),), {"web-1": "recreate"}, id="another hash"),
        pytest.param(
            {"web": {}}, (container(image_hash="sha256:old"),), {"web-1": "recreate"}, id="another image"
        ),
        pytest.param({"web": {}}, (container(state="exited"),), {"web-1": "start"}, id="exited"),
        pytest.param({"web": {}}, (container(state="created"),), {"web-1": "start"}, id="created"),
        pytest.param({"web": {}}, (container(state="restarting"),), {"web-1": "untouched"}, id="restarting"),
        pytest.param(
            {"web": {"scale": 3}},
            (container(number=2),),
            {"web-2": "untouched", "web-3": "create", "web-4": "create"},
            id="more are numbered on from the highest",
        ),
        pytest.param(
            {"web": {"scale": 1}},
            (container(number=1), container(number=2)),
            {"web-1": "untouched", "web-2": "remove"},
            id="the highest number goes first",
        ),
        pytest.param(
            {"web": {"scale": 1}},
            (container(number=1, config_hash="h0"), container(number=2)),
            {"web-1": "remove", "web-2": "untouched"},
            id="what is out of date goes before a higher number",
        ),
        pytest.param({"web": {"scale": 0}}, (container(),), {"web-1": "remove"}, id="scaled to nothing"),
        pytest.param(
            {"web": {"deploy": {"replicas": 2}}}, (), {"web-1": "create", "web-2": "create"}, id="replicas"
        ),
        pytest.param(
            {"web": {}, "api": RESTARTS},
            (container(config_hash="h0"), container("api")),
            {"web-1": "recreate", "api-1": "restart"},
            id="a dependent that restarts with it",
        ),
        pytest.param(
            {"web": {}, "api": WAITS},
            (container(config_hash="h0"), container("api")),
            {"web-1": "recreate", "api-1": "untouched"},
            id="a dependent that does not",
        ),
        pytest.param(
            {"web": {}, "api": RESTARTS},
            (container(config_hash="h0"), container("api", state="exited")),
            {"web-1": "recreate", "api-1": "start"},
            id="a dependent that does not run",
        ),
        pytest.param(
            {"web": {}, "api": {"network_mode": "service:web", **RESTARTS}},
            (container(config_hash="h0"), container("api")),
            {"web-1": "recreate", "api-1": "recreate"},
            id="one that shares the network",
        ),
        pytest.param(
            {"web": {}, "api": {"volumes_from": ["web:ro"], **WAITS}},
            (container(config_hash="h0"), container("api")),
            {"web-1": "recreate", "api-1": "recreate"},
            id="one that shares the volumes",
        ),
        pytest.param(
            {"web": {"scale": 2}, "api": RESTARTS},
            (container(), container("api")),
            {"web-1": "untouched", "web-2": "create", "api-1": "untouched"},
            id="more containers restart no dependent",
        ),
        pytest.param(
            {"web": {"provider": {"type": "cloud"}}}, (), {}, id="a provider's service has no containers"
        ),
        pytest.param(
            {"web": {}},
            (container(), container("old"), container("once", one_off=True)),
            {"web-1": "untouched", "old-1": "remove"},
            id="an orphan goes, a run that goes on does not",
        ),
        pytest.param(
            {"web": {}},
            (container(), container("web", 9, one_off=True, state="exited")),
            {"web-1": "untouched", "web-9": "remove"},
            id="a run that has ended goes",
        ),
    ],
)
def test_containers(services: dict[str, Any], there: tuple[Container, ...], expected: dict[str, str]) -> None:
    assert kinds(plan(wanted(services), actual(*there))) == expected


def test_everything_is_recreated_where_that_is_asked_for() -> None:
    said = plan(wanted({"web": {}}, Options(force_recreate=True)), actual(container()))
    assert kinds(said) == {"web-1": "recreate"}


def test_an_orphan_stays_with_a_warning_unless_it_shall_go() -> None:
    said = plan(wanted({"web": {}}, Options(remove_orphans=False)), actual(container(), container("old")))
    assert kinds(said) == {"web-1": "untouched"}
    assert [note.path for note in said.warnings] == ["services.old"]


def test_a_service_of_an_inactive_profile_is_no_orphan() -> None:
    said = plan(wanted({"web": {}}, disabled=frozenset({"old"})), actual(container(), container("old")))
    assert kinds(said) == {"web-1": "untouched"}
    assert not said.warnings


@pytest.mark.parametrize("state", ["paused", "dead", "removing"])
def test_what_compose_cannot_start_is_an_obstacle(state: str) -> None:
    said = plan(wanted({"web": {}}), actual(container(state=state)))
    assert kinds(said) == {"web-1": "untouched"}
    assert [note.path for note in said.obstacles] == ["services.web"]


def test_a_paused_container_that_is_recreated_is_no_obstacle() -> None:
    assert not plan(wanted({"web": {}}), actual(container(state="paused", config_hash="h0"))).obstacles


@pytest.mark.parametrize(
    ("there", "container_networks", "network", "web", "obstacles"),
    [
        pytest.param((), (), "create", "untouched", 0, id="not there"),
        pytest.param((front(),), ("shop_front",), "untouched", "untouched", 0, id="as it was"),
        pytest.param((front(),), (), "untouched", "recreate", 0, id="not connected"),
        pytest.param(
            (front(config_hash="x"),), ("shop_front",), "recreate", "restart", 0, id="another definition"
        ),
        pytest.param(
            (front(name="old", config_hash="x"),), ("old",), "recreate", "restart", 0, id="another name"
        ),
        pytest.param(
            (front(config_hash="x", containers=("shop-web-1", "strange")),),
            ("shop_front",),
            "recreate",
            "restart",
            1,
            id="somebody else is on it",
        ),
        pytest.param(
            (front(config_hash="x", project="", key=""),),
            ("shop_front",),
            "untouched",
            "untouched",
            0,
            id="made by somebody else",
        ),
        pytest.param(
            (front(config_hash=""),), ("shop_front",), "untouched", "untouched", 0, id="made before hashes"
        ),
    ],
)
def test_networks(
    there: tuple[Network, ...], container_networks: tuple[str, ...], network: str, web: str, obstacles: int
) -> None:
    has = actual(container(networks=container_networks), networks=there)
    said = plan(wanted({"web": ON_FRONT}, networks=NETWORKS), has)
    assert [action.kind for action in said.actions if action.target is Target.NETWORK] == [network]
    assert kinds(said) == {"web-1": web}
    assert len(said.obstacles) == obstacles


def test_a_network_made_anew_under_a_container_that_stays_loses_its_names() -> None:
    has = actual(container(networks=("shop_front",)), networks=(front(config_hash="x"),))
    said = plan(wanted({"web": ON_FRONT}, networks=NETWORKS), has)
    assert [note.path for note in said.warnings] == ["networks.front"]


def test_an_external_network_that_is_missing_is_an_obstacle() -> None:
    external = {"front": {"name": "shared", "external": True}}
    said = plan(wanted({"web": ON_FRONT}, networks=external), actual())
    assert [note.path for note in said.obstacles] == ["networks.front"]


@pytest.mark.parametrize(
    ("there", "empties", "volume", "web", "lost"),
    [
        pytest.param((), False, "create", "untouched", [], id="not there"),
        pytest.param((data(),), False, "untouched", "untouched", [], id="as it was"),
        pytest.param((data(config_hash="x"),), False, "untouched", "untouched", [], id="changed but kept"),
        pytest.param(
            (data(config_hash="x"),),
            True,
            "recreate",
            "recreate",
            [LossKind.VOLUME, LossKind.ANONYMOUS_VOLUME],
            id="changed and emptied, and anonymous volumes are left behind",
        ),
        pytest.param((data(name="old", config_hash="x"),), True, "create", "recreate", [], id="another name"),
    ],
)
def test_volumes(
    there: tuple[Volume, ...], empties: bool, volume: str, web: str, lost: list[LossKind]
) -> None:
    own = {"volumes": [*MOUNTED["volumes"], {"type": "volume", "target": "/tmp/x"}]}
    mounted = msgspec.structs.replace(DATA, source=there[0].name) if there else DATA
    has = actual(container(mounts=(mounted, NAMELESS)), volumes=there)
    said = plan(wanted({"web": own}, Options(recreate_volumes=empties), volumes=VOLUMES), has)
    assert [action.kind for action in said.actions if action.target is Target.VOLUME] == [volume]
    assert kinds(said) == {"web-1": web}
    assert [loss.kind for loss in said.losses] == lost


@pytest.mark.parametrize(
    ("service", "present", "options", "expected"),
    [
        pytest.param({}, True, Options(), [], id="here"),
        pytest.param({}, False, Options(), ["pull"], id="missing"),
        pytest.param({}, True, Options(pull="always"), ["pull"], id="always, as asked"),
        pytest.param({"pull_policy": "always"}, True, Options(), ["pull"], id="always"),
        pytest.param({"pull_policy": "always"}, True, Options(pull="never"), [], id="never, as asked"),
        pytest.param({"pull_policy": "never"}, False, Options(), [], id="never"),
        pytest.param({"pull_policy": "daily"}, True, Options(), ["pull"], id="older than a day"),
        pytest.param({"pull_policy": "weekly"}, True, Options(), [], id="not older than a week"),
        pytest.param({"pull_policy": "every_1d12h"}, True, Options(), ["pull"], id="older than that"),
        pytest.param({"build": {"context": "/x"}}, True, Options(), [], id="built"),
        pytest.param({"build": {"context": "/x"}}, False, Options(), ["pull", "build"], id="not built"),
        pytest.param({"image": "", "build": {"context": "/x"}}, False, Options(), ["build"], id="only built"),
        pytest.param(
            {"build": {"context": "/x"}}, True, Options(build=True), ["build"], id="build, as asked"
        ),
        pytest.param(
            {"build": {"context": "/x"}, "pull_policy": "build"}, True, Options(), ["build"], id="build"
        ),
    ],
)
def test_images(service: dict[str, Any], present: bool, options: Options, expected: list[str]) -> None:
    image = Image(id=IMAGE, tagged_seconds=3 * 86_400)
    said = plan(wanted({"web": service}, options), actual(images={"web:1": image} if present else {}))
    assert [action.kind for action in said.actions if action.target is Target.IMAGE] == expected


def test_an_image_that_may_not_be_pulled_and_is_not_there_is_an_obstacle() -> None:
    said = plan(wanted({"web": {}}, Options(pull="never")), actual(images={}))
    assert [note.path for note in said.obstacles] == ["services.web.image"]


@pytest.mark.parametrize(
    ("remote", "kind", "certain", "values"),
    [
        pytest.param("sha256:remote", "untouched", True, ("", ""), id="the same digest"),
        pytest.param("sha256:new", "recreate", True, ("sha256:remote", "sha256:new"), id="another digest"),
        pytest.param("", "recreate", False, ("", ""), id="not asked"),
    ],
)
def test_a_pull_recreates_if_the_registry_has_another_image(
    remote: str, kind: str, certain: bool, values: tuple[str, str]
) -> None:
    image = Image(id=IMAGE, digests=("sha256:remote",), registry_digest=remote)
    has = actual(container(), images={"web:1": image, IMAGE: image})
    said = plan(wanted({"web": {"pull_policy": "always"}}), has)
    action = next(action for action in said.actions if action.target is Target.SERVICE)
    assert (action.kind, action.certain) == (kind, certain)
    assert [(reason.before, reason.after) for reason in action.reasons] == (
        [] if kind == "untouched" else [values]
    )


@pytest.mark.parametrize(
    ("part", "state", "kind"),
    [
        pytest.param({"content": "x"}, "running", "untouched", id="copied at a start that was before"),
        pytest.param({"content": "x"}, "exited", "create", id="copied at the next start"),
        pytest.param({"file": "/x"}, "exited", "untouched", id="mounted"),
    ],
)
def test_configs_and_secrets(part: dict[str, str], state: str, kind: str) -> None:
    service = {"configs": [{"source": "c"}], "secrets": [{"source": "s"}]}
    said = plan(
        wanted({"web": service}, configs={"c": part}, secrets={"s": part}), actual(container(state=state))
    )
    files = [action for action in said.actions if action.target in (Target.CONFIG, Target.SECRET)]
    assert [action.kind for action in files] == [kind, kind]


def test_actions_stand_in_the_order_in_which_they_begin() -> None:
    services = {"api": {**WAITS, **ON_FRONT, **MOUNTED}, "web": {}}
    said = plan(wanted(services, networks=NETWORKS, volumes=VOLUMES), actual(images={}))
    assert [(action.kind, action.name) for action in said.actions] == [
        (Kind.PULL, "web:1"),
        (Kind.CREATE, "front"),
        (Kind.CREATE, "data"),
        (Kind.CREATE, "web"),
        (Kind.CREATE, "api"),
    ]


def test_a_plan_is_data_on_the_wire_in_camel_case() -> None:
    said = plan(wanted({"web": {}}), actual(container(config_hash="h0", state="exited")))
    assert msgspec.json.decode(msgspec.json.encode(said), type=Plan) == said
    assert not said.count(Kind.UNTOUCHED)
    assert said.changes == said.actions


def test_a_container_that_is_not_on_a_network_keeps_it_from_being_made_anew() -> None:
    has = actual(container(state="exited", networks=()), networks=(front(config_hash="x"),))
    said = plan(wanted({"web": ON_FRONT}, networks=NETWORKS), has)
    # Docker Compose fails for good there; AppOS's own `up` takes the network apart first.
    assert [(note.path, note.mended) for note in said.obstacles] == [("networks.front", True)]


@pytest.mark.parametrize(("removes", "obstacles"), [(True, 0), (False, 1)])
def test_an_orphan_keeps_a_network_from_being_made_anew_unless_it_is_removed(
    removes: bool, obstacles: int
) -> None:
    has = actual(
        container(networks=("shop_front",)),
        container("old", networks=("shop_front",)),
        networks=(front(config_hash="x", containers=("shop-web-1", "shop-old-1")),),
    )
    said = plan(wanted({"web": ON_FRONT}, Options(remove_orphans=removes), networks=NETWORKS), has)
    assert len(said.obstacles) == obstacles
