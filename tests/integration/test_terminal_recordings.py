"""What a terminal in a real container shows is recorded, where the settings say so."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.integration.app_site import AppSite, app_site, web
from tests.integration.test_terminal import opened
from tests.serving import wait_for


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    with app_site(tmp_path_factory.mktemp("recordings"), engine_host, tiny_image) as running:
        running.deployed("shell", web(tiny_image), settings={"watchSeconds": 1})
        yield running


def test_what_it_shows_is_recorded_where_that_is_asked_for(site: AppSite) -> None:
    site.done("PATCH", "settings", {"terminalRecording": True}, status=200)
    with opened(site) as terminal:
        assert terminal.until_told("ready")["recorded"] is True
        terminal.control(type="resize", rows=30, cols=100)
        terminal.say(b"stty -echo; echo sh''own-$((6*7)); read secret\n")
        terminal.until(b"shown-42")
        terminal.say(b"typed-and-hidden\nexit\n")
        session = terminal.until_told("ready")["session"]
        terminal.until_told("exit")
    site.done("PATCH", "settings", {"terminalRecording": False}, status=200)
    wait_for(lambda: _recordings(site), 10, "the recording")
    assert [(it["id"], it["where"]) for it in _recordings(site)] == [(session, "shell/web")]
    recording = site.raw(f"terminal/recordings/{session}").decode()
    header, *events = (json.loads(line) for line in recording.splitlines())
    # A shell that says something before the client has told its size begins at the usual one.
    sizes = [f"{header['width']}x{header['height']}", *(text for _, kind, text in events if kind == "r")]
    assert (header["version"], sizes[-1]) == (2, "100x30")
    assert "shown-42" in "".join(text for _, kind, text in events if kind == "o")
    assert "typed-and-hidden" not in recording
    with opened(site) as terminal:
        assert terminal.until_told("ready")["recorded"] is False
    site.done("DELETE", f"terminal/recordings/{session}", status=204)
    assert _recordings(site) == []
    trail = site.done("GET", "audit?perPage=200", status=200)["items"]
    actions = [it["action"] for it in trail if it["action"].startswith("terminal.recording")]
    assert sorted(actions) == ["terminal.recording.delete", "terminal.recording.read"]


def _recordings(site: AppSite) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = site.done("GET", "terminal/recordings", status=200)["items"]
    return found
