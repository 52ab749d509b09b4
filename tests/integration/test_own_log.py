"""AppOS without a container: it is its only service, and shows the log that it writes."""

from pathlib import Path

from tests.serving import running_server

PATH = "/api/appos/system/services"


def test_the_log_that_goes_to_a_file_is_shown(tmp_path: Path) -> None:
    with running_server(tmp_path / "data") as server:
        token = server.claim()
        (own,) = server.request("GET", PATH, token).json()["items"]
        lines = server.request("GET", f"{PATH}/appos/logs?tail=5000", token).json()["lines"]
        pid = server.worker_pid()

    assert (own["name"], own["managed"], own["pid"]) == ("appos", False, pid)
    assert any('"event": "started"' in line["text"] for line in lines)
