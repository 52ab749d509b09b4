"""What containers are doing, and whether that is well."""

import json

import pytest

from appos.compose.states import ContainerState, Verdict, states_of

ROW = {
    "ID": "ac8ea5e7860c",
    "Name": "shop-web-1",
    "Service": "web",
    "Project": "shop",
    "Image": "base:1",
    "State": "running",
    "Health": "",
    "ExitCode": 0,
    "Status": "Up 1 second",
    "Publishers": [],
}


@pytest.mark.parametrize(
    ("state", "health", "exit_code", "verdict"),
    [
        ("running", "", 0, Verdict.HEALTHY),
        ("running", "healthy", 0, Verdict.HEALTHY),
        ("running", "starting", 0, Verdict.WAITING),
        ("running", "unhealthy", 0, Verdict.FAILED),
        ("exited", "", 0, Verdict.HEALTHY),
        ("exited", "", 1, Verdict.FAILED),
        ("exited", "unhealthy", 137, Verdict.FAILED),
        ("created", "", 0, Verdict.WAITING),
        ("restarting", "", 1, Verdict.WAITING),
        ("paused", "", 0, Verdict.FAILED),
        ("dead", "", 0, Verdict.FAILED),
        ("removing", "", 0, Verdict.WAITING),
    ],
)
def test_a_verdict(state: str, health: str, exit_code: int, verdict: Verdict) -> None:
    (found,) = states_of(json.dumps({**ROW, "State": state, "Health": health, "ExitCode": exit_code}))

    assert found.verdict is verdict


@pytest.mark.parametrize(
    ("said", "count"),
    [
        pytest.param("", 0, id="nothing"),
        pytest.param("\n", 0, id="an-empty-line"),
        pytest.param("[]", 0, id="an-empty-list"),
        pytest.param(json.dumps(ROW) + "\n" + json.dumps(ROW), 2, id="an-object-a-line"),
        pytest.param(json.dumps([ROW, ROW]), 2, id="one-list"),
    ],
)
def test_what_compose_prints_is_read(said: str, count: int) -> None:
    states = states_of(said)

    assert len(states) == count
    assert all(it == states[0] for it in states)


def test_a_container_has_its_fields() -> None:
    (found,) = states_of(json.dumps(ROW))

    assert found == ContainerState(
        id="ac8ea5e7860c",
        name="shop-web-1",
        service="web",
        project="shop",
        image="base:1",
        state="running",
        status="Up 1 second",
    )
