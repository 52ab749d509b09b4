"""Connecting the queue."""

import socket
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
import redis

from appos.config import Config
from appos.jobs.queue import KEY, RedisQueue, connect_queue


def test_without_an_address_the_queue_is_memory() -> None:
    queue = connect_queue(Config())

    assert (queue.backend, queue.is_degraded) == ("memory", False)


def test_a_redis_that_does_not_answer_holds_nothing_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    queue = connect_queue(Config(redis_addr=f"127.0.0.1:{port}"))
    queue.enqueue(b"1")

    assert (queue.backend, queue.is_degraded, queue.dequeue()) == ("memory", True, b"1")


def test_the_settings_name_the_redis(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def connect(**options: Any) -> None:
        asked.append(options)

    monkeypatch.setattr(redis, "Redis", connect)
    connect_queue(Config(redis_addr="[::1]:6380", redis_password="canary-7f3a91"))
    connect_queue(Config(redis_addr="redis:6379"))

    assert [(each["host"], each["port"], each["password"]) for each in asked] == [
        ("::1", 6380, "canary-7f3a91"),
        ("redis", 6379, None),
    ]
    assert max(each["socket_connect_timeout"] + each["socket_timeout"] for each in asked) <= 1


def test_messages_go_in_at_one_end_and_out_at_the_other() -> None:
    lists: dict[str, list[bytes]] = defaultdict(list)
    client = SimpleNamespace(
        rpush=lambda key, data: lists[key].append(data),
        lpop=lambda key: lists[key].pop(0) if lists[key] else None,
        llen=lambda key: len(lists[key]),
    )
    queue = RedisQueue(client)  # type: ignore[arg-type]
    queue.enqueue(b"1")
    queue.enqueue(b"2", 9.0)

    assert (queue.queue_size(), dict(lists)) == (2, {KEY: [b"1", b"2"]})
    assert [queue.dequeue() for _ in range(3)] == [b"1", b"2", None]
