"""What must stop a start: it ends by itself, says why in one sentence, and touches nothing."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.work import connect
from tests.serving import ROOT, environment, free_port

# It ends by itself; how fast depends on what else the machine does.
END_SECONDS = 5.0


@dataclass(frozen=True)
class Ended:
    """A start that ended by itself."""

    status: int
    output: str


def serve(data_dir: Path, **settings: str) -> Ended:
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "appos.cli", "serve"],
        cwd=ROOT,
        env=environment(data_dir, free_port()) | settings,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert time.monotonic() - began < END_SECONDS
    return Ended(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that was in use and is so no longer."""
    data_dir = tmp_path_factory.mktemp("installed") / "data"
    env = environment(data_dir, free_port())
    subprocess.run([sys.executable, "-m", "appos.cli", "migrate"], cwd=ROOT, env=env, check=True)
    return data_dir


def delete(database: Path) -> None:
    for path in database.parent.glob("data.db*"):
        path.unlink()


def empty(database: Path) -> None:
    delete(database)
    database.touch()


def overwrite_head(database: Path) -> None:
    with database.open("r+b") as file:
        file.write(b"\x00not a database\x00" * 16)


def overwrite_page(database: Path) -> None:
    with database.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 8)


def cut(database: Path) -> None:
    with database.open("r+b") as file:
        file.truncate(4096 * 4 + 100)


def make_newer(database: Path) -> None:
    with closing(connect(database.parents[1])) as connection:
        connection.execute("PRAGMA user_version=999")


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else b""
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        pytest.param(delete, "data.db is missing or empty, but", id="deleted"),
        pytest.param(empty, "data.db is missing or empty, but", id="emptied"),
        pytest.param(overwrite_head, "data.db cannot be read (", id="head-overwritten"),
        pytest.param(overwrite_page, "data.db cannot be read (", id="pages-overwritten"),
        pytest.param(cut, "data.db cannot be read (", id="cut"),
        pytest.param(make_newer, "was written by a newer AppOS (schema 999", id="newer"),
    ],
)
def test_a_database_that_was_lost_or_spoilt_stops_the_start(
    installed: Path, tmp_path: Path, spoil: Callable[[Path], None], said: str
) -> None:
    data_dir = tmp_path / "data"
    shutil.copytree(installed, data_dir)
    spoil(data_dir / "pb_data" / "data.db")
    before = contents(data_dir)
    ended = serve(data_dir)
    assert ended.status != 0
    assert ended.output.count(said) == 1, ended.output
    assert "Traceback" not in ended.output
    assert contents(data_dir) == before


@pytest.mark.parametrize("trace", ["apps", "redis"])
def test_traces_of_an_installation_without_a_database_stop_the_start(tmp_path: Path, trace: str) -> None:
    (tmp_path / "data" / trace).mkdir(parents=True)
    ended = serve(tmp_path / "data")
    assert ended.status != 0
    assert f"holds an earlier installation ({trace})" in ended.output
    assert not (tmp_path / "data" / "pb_data" / "data.db").exists()


def test_a_data_directory_that_cannot_be_made_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for data_dir in (tmp_path / "file" / "data", Path("/proc/appos")):
        ended = serve(data_dir, HOME=str(tmp_path))
        assert ended.status != 0
        assert ended.output.count(f"The data directory {data_dir} cannot be written (") == 1, ended.output
        assert "set APPOS_DATA to another directory" in ended.output
        assert "Traceback" not in ended.output


def test_bad_settings_are_all_named_at_once(tmp_path: Path) -> None:
    ended = serve(tmp_path / "data", HTTP_PORT="abc", INIT_MODE="x")
    assert ended.status != 0
    assert len(ended.output.splitlines()) == 1, ended.output
    assert "HTTP_PORT: must be a whole number from 1 to 65535, not 'abc'." in ended.output
    assert "INIT_MODE: must be 'setup' or 'auto', not 'x'." in ended.output
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        pytest.param({}, "INIT_MODE=auto needs SUPERUSER_EMAIL and SUPERUSER_PASSWORD.", id="missing"),
        pytest.param(
            {"SUPERUSER_EMAIL": "ada@example.com", "SUPERUSER_PASSWORD": "password1234"},
            "SUPERUSER_PASSWORD cannot be used.",
            id="well-known",
        ),
    ],
)
def test_auto_mode_without_a_usable_account_stops_the_start(
    tmp_path: Path, settings: dict[str, str], said: str
) -> None:
    ended = serve(tmp_path / "data", INIT_MODE="auto", **settings)
    assert ended.status != 0
    assert ended.output.count(said) == 1, ended.output
    assert "password1234" not in ended.output
    assert "Traceback" not in ended.output
