"""Thousands of realtime clients in one process: flat memory each, one change reaches all, a stop ends all."""

import os
import time
from pathlib import Path

import pytest

from tests.bench.crowd import crowd
from tests.integration.test_streams import open_files, resident_bytes
from tests.serving import running_server, wait_for

pytestmark = pytest.mark.campaign

CLIENTS = 5000 if os.environ.get("CAMPAIGN") == "full" else 500
OPEN_FILES = 2 * CLIENTS + 2000
# What an idle client may cost, far below the 20 kB of a greenlet that waits.
MOST_BYTES = 6 << 10
OPEN_RULES = {f"{action}Rule": "" for action in ("list", "view", "create", "update", "delete")}


def test_all_hear_of_a_change_and_cost_little(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with open_files(OPEN_FILES), running_server(tmp_path / "data") as server:
        token = server.claim()
        body = {"name": "news", "fields": [{"name": "title", "type": "text"}], **OPEN_RULES}
        assert server.request("POST", "/api/collections", token, body).status == 200
        worker = server.worker_pid()
        address = f"127.0.0.1:{server.port}"
        with crowd(address, "news/*") as warm:
            # What is loaded and allotted once is not what a client costs.
            warm.join(50)
            warm.reach("news")
        with crowd(address, "news/*") as gathered:
            before = resident_bytes(worker)
            half = CLIENTS // 2
            gathered.join(half)
            at_half = resident_bytes(worker)
            gathered.join(CLIENTS - half)
            at_all = resident_bytes(worker)
            taken = [gathered.reach("news") for _ in range(5)]
            told = resident_bytes(worker)
            assert server.health() == 200
            began = time.monotonic()
            server.process.terminate()
            ended = gathered.ended(5)
            stopped = time.monotonic() - began
            server.process.wait(10)
        each, later = (at_all - before) / CLIENTS, (at_all - at_half) / (CLIENTS - half)
        with capsys.disabled():
            print(
                f"\n{CLIENTS} realtime clients: {each / 1024:.1f} KiB each, {later / 1024:.1f} later, "
                f"{(told - at_all) / CLIENTS / 1024:.1f} more once told; one change reached all in "
                f"{min(taken) * 1000:.0f} to {max(taken) * 1000:.0f} ms; stopped in {stopped:.1f} s",
                end=" ",
            )
    assert ended == CLIENTS
    assert max(each, later) < MOST_BYTES
    wait_for(lambda: server.process.poll() == 0, 1, "a clean end")
    assert "Traceback" not in server.log_text()
