"""Scenarios of many requests are answered by AppOS as by the real PocketBase.

With CONFORMANCE_PEER=pocketbase a second PocketBase stands in AppOS's place, which proves that what differs
between the two is AppOS and not the comparison.
"""

import difflib
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.conformance.conftest import COUNTS
from tests.conformance.peers import Ask, Peer
from tests.conformance.scenarios.catalogue import SCENARIOS
from tests.conformance.scenarios.differences import DIFFERENCES, reason
from tests.conformance.scenarios.runner import run
from tests.conformance.scenarios.steps import ACCOUNTS, SUPERUSER, Scenario
from tests.conformance.side_by_side import Peers, running_both, running_twice

IS_TWICE = os.environ.get("CONFORMANCE_PEER") == "pocketbase"
IN_AGREEMENT = {
    # What AppOS starts with otherwise on purpose; `docs/pocketbase.md` lists it.
    "/api/settings": '{"meta": {"appName": "Scenarios", "appURL": "http://localhost:8090"}}',
    "/api/collections/users": '{"createRule": null}',
}


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    """Run both with the same accounts, and what differs at the start set alike."""
    start = running_twice if IS_TWICE else running_both
    with start(tmp_path_factory.mktemp("scenarios"), list(ACCOUNTS.values())) as both:
        for peer in both:
            _prepare(peer)
        yield both


def _prepare(peer: Peer) -> None:
    for name, account in ACCOUNTS.items():
        peer.values |= {
            name: peer.sign_in(account),
            f"{name}Id": peer.account_id(account),
            f"{name}Email": account.email,
        }
    headers = (("Authorization", f"{{{SUPERUSER}}}"), ("Content-Type", "application/json"))
    for path, body in IN_AGREEMENT.items():
        reply = peer.send(Ask("PATCH", path, body, headers))
        assert reply.status == 200, (peer.name, reply)


@pytest.fixture(scope="module")
def threads() -> Iterator[ThreadPoolExecutor]:
    """Two threads, so that both servers work at the same time."""
    with ThreadPoolExecutor(2) as pool:
        yield pool


def test_the_scenarios_are_many_and_half_of_them_have_bad_input() -> None:
    names = {scenario.collection.lower() for scenario in SCENARIOS}

    assert len(names) == len(SCENARIOS) >= 300
    assert sum(scenario.is_bad for scenario in SCENARIOS) * 2 >= len(SCENARIOS)


def test_each_difference_is_one_of_a_scenario() -> None:
    numbers = ((scenario, number) for scenario in SCENARIOS for number in range(1, len(scenario.steps) + 1))
    excused = {reason(scenario, number) for scenario, number in numbers} - {""}

    assert excused == set(DIFFERENCES.values())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_goes_as_with_pocketbase(
    peers: Peers, threads: ThreadPoolExecutor, scenario: Scenario
) -> None:
    ours, theirs = threads.map(lambda peer: run(scenario, peer), peers)

    expected = [step.status for step in scenario.steps]
    assert [status for status, _ in theirs] == expected, "\n".join(text for _, text in theirs)
    unequal = []
    for number, (step, mine, their) in enumerate(zip(scenario.steps, ours, theirs, strict=True), 1):
        is_equal = mine == their
        if is_equal is (bool(reason(scenario, number)) and not IS_TWICE):
            unequal.append(_report(f"{number}. {step.label}", mine[1], their[1]))
        elif is_equal:
            COUNTS["answers in scenarios equal to PocketBase's"] += 1
        else:
            COUNTS["answers in scenarios that differ on purpose"] += 1
    assert not unequal, "\n".join(unequal)
    COUNTS["scenarios that went as with PocketBase"] += 1


def _report(label: str, ours: str, theirs: str) -> str:
    lines = difflib.unified_diff(theirs.splitlines(), ours.splitlines(), "PocketBase", "AppOS", lineterm="")
    return f"\n{label}\n" + ("\n".join(lines) or "equal, where a difference is said to be on purpose")
