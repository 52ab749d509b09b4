"""Settings, and what they rule: logs, rate limits, proxies, crons. AppOS answers as the real PocketBase does.

With CONFORMANCE_PEER=pocketbase a second PocketBase stands in AppOS's place.
"""

import json
import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.conformance import limit_cases, log_cases, settings_cases
from tests.conformance.auth_parts import ACCOUNTS, SUPERUSER, USER
from tests.conformance.conftest import COUNTS
from tests.conformance.peers import Ask, Reply
from tests.conformance.settings_cases import JSON, PATH, TOKEN
from tests.conformance.side_by_side import Peers, running_both, running_twice

IS_TWICE = os.environ.get("CONFORMANCE_PEER") == "pocketbase"
# What AppOS starts with otherwise on purpose.
META = {"meta": {"appName": "Settings", "appURL": "http://localhost:8090"}}
CLOSED = {"createRule": None}
# PocketBase writes its log every three seconds.
LOG_SECONDS = 3.5


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    """Run both with the same accounts, and what differs at the start set alike."""
    start = running_twice if IS_TWICE else running_both
    with start(tmp_path_factory.mktemp("settings"), ACCOUNTS) as both:
        for peer in both:
            peer.values |= {"user": peer.sign_in(USER), "superuser": peer.sign_in(SUPERUSER)}
            peer.send(Ask("PATCH", PATH, json.dumps(META), (TOKEN, JSON)))
            peer.send(Ask("PATCH", "/api/collections/users", json.dumps(CLOSED), (TOKEN, JSON)))
        yield both


@pytest.fixture(scope="module")
def logged(peers: Peers) -> Peers:
    """Both, with the same requests in their logs."""
    for ask in log_cases.marked():
        same(peers, ask, "requests that are logged")
    time.sleep(LOG_SECONDS)
    return peers


def same(peers: Peers, ask: Ask, kind: str) -> None:
    """Demand the same answer, in whatever order of names, and count it."""
    ours, theirs = (_read(reply) for reply in peers.both(ask))
    assert ours == theirs, ask
    COUNTS[f"{kind} answered as by PocketBase"] += 1


def _read(reply: Reply) -> tuple[int, dict[str, str], Any]:
    is_json = reply.headers.get("content-type") == "application/json" and reply.body
    return reply.status, reply.headers, reply.json if is_json else reply.body


@pytest.mark.parametrize("group", settings_cases.CHANGES)
def test_settings_are_changed_and_refused_alike(peers: Peers, group: str) -> None:
    for body in settings_cases.CHANGES[group]:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        same(peers, Ask("PATCH", PATH, sent, (TOKEN, JSON)), "changes of settings")
    same(peers, Ask("GET", PATH, headers=(TOKEN,)), "changes of settings")


def test_forms_are_read_alike(peers: Peers) -> None:
    for ask in (*settings_cases.forms(), *settings_cases.xml()):
        same(peers, ask, "changes of settings")


def test_settings_are_for_superusers_and_have_the_same_methods(peers: Peers) -> None:
    for ask in settings_cases.visits():
        same(peers, ask, "visits of settings")


def test_trials_of_settings_are_refused_alike(peers: Peers) -> None:
    for path, body in settings_cases.TRIALS:
        sent = body if isinstance(body, str | bytes) else json.dumps(body)
        same(peers, Ask("POST", path, sent, (TOKEN, JSON)), "trials of settings")


@pytest.mark.parametrize("name", limit_cases.CASES)
def test_requests_are_limited_alike(peers: Peers, name: str) -> None:
    rules, asks = limit_cases.CASES[name]
    set_ = limit_cases.change(json.dumps({"rateLimits": {"enabled": True, "rules": rules}}))
    try:
        same(peers, set_, "changes of settings")
        for ask in asks:
            same(peers, ask, "limited requests")
    finally:
        for peer in peers:
            peer.send(limit_cases.change('{"rateLimits": {"enabled": false}}'))


def test_clients_behind_proxies_are_told_apart_alike(peers: Peers) -> None:
    try:
        for settings, asks in log_cases.forwarded():
            same(peers, limit_cases.change(settings), "changes of settings")
            for ask in asks:
                same(peers, ask, "clients behind proxies")
    finally:
        for peer in peers:
            peer.send(limit_cases.change('{"trustedProxy": {"headers": [], "useLeftmostIP": false}}'))


@pytest.mark.parametrize("name", log_cases.questions())
def test_the_log_is_searched_alike(logged: Peers, name: str) -> None:
    same(logged, log_cases.questions()[name], "questions of the log")


@pytest.mark.parametrize("name", log_cases.chores())
def test_crons_and_what_is_switched_off_answer_alike(peers: Peers, name: str) -> None:
    same(peers, log_cases.chores()[name], "chores")
