"""Signing in over real connections: hashing beside the loop, and limits that lock no owner out."""

import statistics
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.serving import EMAIL, Server, running_server

MOST_FAILURES = 20
LATENCY_SECONDS = 0.3
ATTACKER, OWNER = "203.0.113.5", "198.51.100.7"


@pytest.fixture
def behind_proxy(tmp_path: Path) -> Iterator[Server]:
    """A server that trusts the proxy on its own machine."""
    with running_server(tmp_path / "data", TRUSTED_PROXIES="127.0.0.1") as server:
        server.claim()
        yield server


def fail(server: Server, times: int, address: str = "", email: str = EMAIL) -> list[int]:
    return [server.sign_in(email, "wrong-password", address).status for _ in range(times)]


def addresses(server: Server, token: str) -> set[str]:
    """From where the audit trail says that people tried to sign in."""
    found = server.request("GET", "/api/appos/audit?filter=action='account.sign_in'&perPage=100", token)
    assert found.status == 200, found.text
    return {entry["address"] for entry in found.json()["items"]}


def test_hashing_holds_up_no_other_request(server: Server) -> None:
    server.claim()
    latencies = []
    with ThreadPoolExecutor(20) as pool:
        attempts = [pool.submit(server.sign_in) for _ in range(20)]
        while not all(attempt.done() for attempt in attempts):
            began = time.monotonic()
            assert server.health() == 200
            latencies.append(time.monotonic() - began)
    assert Counter(attempt.result().status for attempt in attempts) == {200: 20}
    assert len(latencies) >= 5
    assert statistics.median(latencies) < LATENCY_SECONDS


def test_failures_are_limited_by_address_and_the_owner_gets_in(behind_proxy: Server) -> None:
    assert fail(behind_proxy, MOST_FAILURES, ATTACKER) == [400] * MOST_FAILURES
    refused = behind_proxy.sign_in(forwarded_for=ATTACKER)
    assert refused.status == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 61
    # The very account that was attacked, and the right password, from where its owner is.
    assert behind_proxy.sign_in(forwarded_for=OWNER).status == 200


def test_failures_on_one_account_from_everywhere_leave_its_owner_in(behind_proxy: Server) -> None:
    for number in range(MOST_FAILURES):
        assert fail(behind_proxy, 1, f"203.0.113.{number + 1}") == [400]
    assert fail(behind_proxy, 1, "203.0.113.1") == [429]
    assert behind_proxy.sign_in(forwarded_for=OWNER).status == 200


def test_a_client_cannot_write_its_own_address_through_the_proxy(behind_proxy: Server) -> None:
    # The proxy appends whom it saw; what stands before that came from the client.
    attempts = [f"10.0.0.{number}, {ATTACKER}" for number in range(MOST_FAILURES + 1)]
    statuses = [behind_proxy.sign_in(EMAIL, "wrong-password", forged).status for forged in attempts]
    assert statuses == [400] * MOST_FAILURES + [429]
    token = behind_proxy.sign_in(forwarded_for=OWNER).json()["token"]
    assert addresses(behind_proxy, token) == {ATTACKER, OWNER}


def test_without_a_trusted_proxy_a_forged_address_has_no_effect(server: Server) -> None:
    token = server.claim()
    forged = [f"203.0.113.{number + 1}" for number in range(MOST_FAILURES + 1)]
    statuses = [server.sign_in(EMAIL, "wrong-password", address).status for address in forged]
    assert statuses == [400] * MOST_FAILURES + [429]
    assert addresses(server, token) == {"127.0.0.1"}


def test_what_succeeds_is_never_limited(server: Server) -> None:
    server.claim()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: server.sign_in(), range(MOST_FAILURES + 5)))
    assert {answer.status for answer in answers} == {200}
