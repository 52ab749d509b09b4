"""What a plan interrupts, for how long at most, and what would be lost."""

from typing import Any

import pytest

from appos.compose.actual import Image
from appos.compose.plan import LossKind, Target, plan
from tests.unit.compose.plan_parts import (
    DATA,
    IMAGE,
    MOUNTED,
    NAMELESS,
    VOLUMES,
    actual,
    container,
    data,
    wanted,
)


def test_the_bound_of_an_interruption_is_the_sum_of_its_sources() -> None:
    check = {"test": ["CMD", "true"], "interval": "5s", "timeout": "2s", "retries": 2, "start_period": "10s"}
    depends = {"depends_on": {"web": {"condition": "service_healthy", "restart": True}}}
    said = plan(
        wanted({"web": {"healthcheck": check}, "api": depends}),
        actual(container(config_hash="h0", stop_seconds=3.0), container("api")),
    )
    web, api = (action for action in said.actions if action.target is Target.SERVICE)
    assert web.interrupts == ("web", "api")
    # 3 s until web has stopped and Docker's own 10 s for api, then 10 + 2 * (5 + 2) s until web is healthy.
    assert web.interruption is not None
    assert web.interruption.seconds == 3 + 10 + 24
    assert len(web.interruption.sources) == 3
    assert api.interruption is not None
    assert api.interruption.seconds == 3 + 10 + 24


def test_nothing_bounds_waiting_for_a_program_to_end() -> None:
    depends = {"depends_on": {"web": {"condition": "service_completed_successfully", "restart": True}}}
    said = plan(wanted({"web": {}, "api": depends}), actual(container(config_hash="h0"), container("api")))
    api = said.actions[-1]
    assert api.interruption is not None
    assert api.interruption.seconds is None


def test_what_does_not_run_is_not_interrupted() -> None:
    said = plan(wanted({"web": {}}), actual(container(config_hash="h0", state="exited")))
    assert said.actions[-1].interruption is None


def test_files_of_the_writable_layer_are_lost_but_not_those_that_pass() -> None:
    paths = ("/srv", "/srv/a", "/srv/b", "/tmp/x", "/run/pid", "/data", "/data/kept", "/etc/hosts", "/note")
    has = actual(container(config_hash="h0", changed_paths=paths, mounts=(DATA,)), volumes=(data(),))
    service = {**MOUNTED, "configs": [{"source": "note", "target": "/note"}]}
    said = plan(wanted({"web": service}, volumes=VOLUMES, configs={"note": {"content": "x"}}), has)
    assert [(loss.kind, loss.count, loss.examples) for loss in said.losses] == [
        (LossKind.WRITABLE_LAYER, 2, ("/srv/a", "/srv/b"))
    ]


@pytest.mark.parametrize(
    ("service", "declared", "lost"),
    [
        pytest.param(
            {"volumes": [{"type": "volume", "target": "/tmp/x"}]}, (), 0, id="it is still asked for"
        ),
        pytest.param({}, ("/tmp/x",), 0, id="the image still declares it"),
        pytest.param({}, (), 1, id="nothing has it any more"),
    ],
)
def test_anonymous_volumes_are_handed_on(
    service: dict[str, Any], declared: tuple[str, ...], lost: int
) -> None:
    image = Image(id=IMAGE, volumes=declared)
    has = actual(container(config_hash="h0", mounts=(NAMELESS,)), images={"web:1": image})
    assert len(plan(wanted({"web": service}), has).losses) == lost


def test_an_anonymous_volume_of_two_containers_is_lost_once_and_only_with_both() -> None:
    shared = {"volumes_from": ["web"], "depends_on": {"web": {"condition": "service_started"}}}
    both = {"web": {}, "api": shared}
    has = actual(container(config_hash="h0", mounts=(NAMELESS,)), container("api", mounts=(NAMELESS,)))
    assert [action.name for action in plan(wanted(both), has).actions if action.losses] == ["web"]
    has = actual(container(config_hash="h0", mounts=(NAMELESS,)), container("api", mounts=(NAMELESS,)))
    assert not plan(wanted({"web": {}, "api": {}}), has).losses
