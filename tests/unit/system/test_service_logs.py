"""The lines of one service among those of all, and AppOS's own where it runs alone."""

from pathlib import Path

import pytest

from appos.engine.models import LogLine
from appos.errors import ConflictError
from appos.system.service_logs import MOST_BYTES, ServiceLogs, is_of
from tests.unit.fakes import FakeEngine

LINES = {
    "redis": "22:M 02 Jan 2026 03:04:05.678 # WARNING: Memory overcommit must be enabled!",
    "nginx": "2026/01/02 03:04:05 [error] 7#7: *1 connect() failed (111: Connection refused)",
    "appos": '{"time": "2026-01-02T03:04:05.678+00:00", "level": "info", "event": "started"}',
}


@pytest.mark.parametrize("name", list(LINES))
def test_a_line_is_of_the_service_that_writes_such_lines(name: str) -> None:
    assert [service for service in LINES if is_of(service, LINES[name])] == [name]


def test_what_supervisord_says_is_of_whom_it_names() -> None:
    text = "2026-01-02 03:04:05,678 WARN exited: redis (terminated by SIGKILL; not expected)"

    assert [service for service in LINES if is_of(service, text)] == ["redis"]


def test_a_trace_of_python_is_apposs() -> None:
    assert is_of("appos", "Traceback (most recent call last):")


def test_the_log_of_the_container_is_read_for_one_service(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = [LogLine(stream="stdout", text=text, time="t") for text in LINES.values()] * 3
    id_ = engine.add_container("appos", lines=said)
    monkeypatch.setattr("appos.system.service_logs.own_container", lambda _: engine.container(id_))
    found = ServiceLogs(engine, is_supervised=True).lines("nginx", 2)

    assert [(line.time, line.text) for line in found] == [("t", LINES["nginx"])] * 2


def test_a_container_that_cannot_be_found_has_its_log_elsewhere(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("appos.system.service_logs.own_container", lambda _: None)
    with pytest.raises(ConflictError) as caught:
        ServiceLogs(engine, is_supervised=True).lines("nginx", 2)
    assert caught.value.code == "log_elsewhere"


def test_the_file_that_output_goes_to_is_read(engine: FakeEngine, tmp_path: Path) -> None:
    output = tmp_path / "appos.log"
    output.write_text("one\ntwo\nthree\n", encoding="utf-8")
    logs = ServiceLogs(engine, is_supervised=False, output=output)

    assert [line.text for line in logs.lines("appos", 2)] == ["two", "three"]


def test_of_a_long_file_the_end_is_read_and_no_half_line(engine: FakeEngine, tmp_path: Path) -> None:
    output = tmp_path / "appos.log"
    output.write_text(("x" * 99 + "\n") * (MOST_BYTES // 100 + 50), encoding="utf-8")
    found = ServiceLogs(engine, is_supervised=False, output=output).lines("appos", 10**6)

    assert {len(line.text) for line in found} == {99}
    assert len(found) < MOST_BYTES // 100 + 1


def test_a_terminal_or_a_pipe_cannot_be_read_back(engine: FakeEngine, tmp_path: Path) -> None:
    for output in (Path("/dev/null"), tmp_path / "none"):
        with pytest.raises(ConflictError) as caught:
            ServiceLogs(engine, is_supervised=False, output=output).lines("appos", 2)
        assert caught.value.code == "log_elsewhere"
