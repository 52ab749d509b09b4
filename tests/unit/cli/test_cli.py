"""The command line."""

import getpass
import io
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from appos import __version__, cli
from appos.accounts import passwords
from appos.config import Config
from appos.errors import AppOSError
from appos.services import Services
from tests.conftest import CHEAP, PASSWORD, SUPERUSER_EMAIL
from tests.unit.fakes import FakeEngine

OTHER = "Basalt-Heron-43"
CANARY = "canary-7f3a91"
Output = tuple[int, str, str]
Run = Callable[..., Output]


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def run(config: Config, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the installation; return its status, output and errors."""
    for name in list(os.environ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("APPOS_DATA", str(config.data_dir))
    monkeypatch.setattr(passwords, "COST", CHEAP)

    def main(*arguments: str, stdin: str = "", is_terminal: bool = False) -> Output:
        monkeypatch.setattr(sys, "stdin", Terminal() if is_terminal else io.StringIO(stdin))
        status = cli.main(arguments)
        out, err = capsys.readouterr()
        return status, out, err

    return main


@pytest.fixture
def can_sign_in(config: Config) -> Callable[[str, str], bool]:
    def attempt(email: str, password: str) -> bool:
        services = Services.build(config, FakeEngine())
        try:
            services.accounts.sign_in(services.collections.auth("_superusers"), email, password, "x")
        except AppOSError:
            return False
        finally:
            services.close()
        return True

    return attempt


SignIn = Callable[[str, str], bool]


def test_a_superuser_is_created_with_a_password_from_standard_input(run: Run, can_sign_in: SignIn) -> None:
    output = run("superuser", "create", "eve@example.com", stdin=f"{OTHER}\n")

    assert output == (0, "Created the superuser eve@example.com.\n", "")
    assert can_sign_in("eve@example.com", OTHER)


def test_a_password_may_be_an_argument(run: Run, can_sign_in: SignIn) -> None:
    assert run("superuser", "upsert", SUPERUSER_EMAIL, OTHER)[0] == 0
    assert can_sign_in(SUPERUSER_EMAIL, OTHER)


def test_a_terminal_is_asked_without_echo(
    run: Run, can_sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _prompt: OTHER)

    assert run("superuser", "update", SUPERUSER_EMAIL, is_terminal=True)[0] == 0
    assert can_sign_in(SUPERUSER_EMAIL, OTHER)


@pytest.mark.parametrize(
    ("line", "password"),
    [
        pytest.param(f"{OTHER}\r\n", OTHER, id="line-break-of-windows"),
        pytest.param(OTHER, OTHER, id="no-line-break"),
        pytest.param(f" {OTHER} \n", f" {OTHER} ", id="spaces-count"),
    ],
)
def test_a_password_is_one_line(run: Run, can_sign_in: SignIn, line: str, password: str) -> None:
    assert run("superuser", "update", SUPERUSER_EMAIL, stdin=line)[0] == 0
    assert can_sign_in(SUPERUSER_EMAIL, password)


def test_an_update_sets_the_password(run: Run, can_sign_in: SignIn) -> None:
    status, out, err = run("superuser", "update", SUPERUSER_EMAIL, stdin=f"{OTHER}\n")

    assert (status, err) == (0, "")
    assert "every session of it has ended" in out
    assert (can_sign_in(SUPERUSER_EMAIL, OTHER), can_sign_in(SUPERUSER_EMAIL, PASSWORD)) == (True, False)


def test_a_superuser_is_deleted_but_the_last_stays(run: Run) -> None:
    run("superuser", "create", "eve@example.com", OTHER)

    assert run("superuser", "delete", SUPERUSER_EMAIL) == (
        0,
        f"Deleted the superuser {SUPERUSER_EMAIL}.\n",
        "",
    )
    status, out, err = run("superuser", "delete", "eve@example.com")
    assert (status, out) == (1, "")
    assert "only existing superuser" in err


def test_a_reset_prints_a_link_and_nothing_else(run: Run) -> None:
    status, out, err = run("superuser", "reset", SUPERUSER_EMAIL)

    assert (status, err) == (0, "")
    assert out.startswith("http://127.0.0.1:9091/_/reset#token=")
    assert out.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        pytest.param(["create", SUPERUSER_EMAIL], OTHER, "email: Value must be unique.", id="taken"),
        pytest.param(["create", "eve"], OTHER, "email: Must be a valid email address.", id="no-address"),
        pytest.param(["create", "eve@example.com"], f"{CANARY[:8]}\n", "at least 10", id="weak"),
        pytest.param(["create", "eve@example.com"], "", "on standard input", id="no-password"),
        pytest.param(["update", "nobody@example.com"], OTHER, "no superuser 'nobody", id="update-nobody"),
        pytest.param(["delete", "nobody@example.com"], "", "no superuser 'nobody", id="delete-nobody"),
        pytest.param(["reset", "nobody@example.com"], "", "no superuser 'nobody", id="reset-nobody"),
    ],
)
def test_a_refusal_goes_to_standard_error(run: Run, arguments: list[str], stdin: str, words: str) -> None:
    status, out, err = run("superuser", *arguments, stdin=stdin)

    assert (status, out) == (1, "")
    assert words in err
    assert "Traceback" not in err
    assert CANARY[:8] not in err


def test_the_setup_link_is_printed_until_the_claim(
    run: Run, new_config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    claimed = run("setup-link")
    monkeypatch.setenv("APPOS_DATA", str(new_config.data_dir))
    monkeypatch.setenv("HTTP_PORT", "9092")
    status, out, err = run("setup-link")

    assert claimed == (0, "", "")
    assert (status, err) == (0, "")
    assert out.startswith("http://127.0.0.1:9092/setup#token=")


def test_migrate_makes_the_databases(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APPOS_DATA", str(tmp_path / "other"))

    assert run("migrate") == (0, "", "")
    assert (tmp_path / "other" / "pb_data" / "data.db").exists()


def test_serve_becomes_gunicorn(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    became: list[list[str]] = []

    def become(_path: str, arguments: list[str]) -> int:
        became.append(arguments)
        return 0

    monkeypatch.setattr(os, "execv", become)
    monkeypatch.setenv("HTTP_PORT", "9092")
    run("serve")
    (arguments,) = became

    assert arguments[:3] == [sys.executable, "-m", "gunicorn"]
    assert arguments[arguments.index("--bind") + 1] == "127.0.0.1:9092"
    assert Path(arguments[arguments.index("--config") + 1]).is_file()
    assert arguments[-1] == "wsgi:application"


def test_a_stop_is_given_the_grace_of_running_jobs(config: Config) -> None:
    command = cli.gunicorn_command(replace(config, job_grace_seconds=20))

    assert int(command[command.index("--graceful-timeout") + 1]) > 20


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])

    assert caught.value.code == 0
    assert capsys.readouterr().out == f"AppOS {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [[], ["superuser"], ["superuser", "create"], ["nonsense"]], ids=" ".join
)
def test_a_misused_command_explains_itself(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        cli.main(arguments)

    assert caught.value.code == 2
    assert "usage: appos" in capsys.readouterr().err


def test_bad_settings_are_all_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PORT", "x")
    monkeypatch.setenv("INIT_MODE", "y")
    status, out, err = run("migrate")

    assert (status, out) == (1, "")
    assert "HTTP_PORT" in err
    assert "INIT_MODE" in err


def test_a_damaged_database_is_one_sentence(run: Run, config: Config) -> None:
    config.database_path.write_bytes(b"garbage" * 1000)
    status, out, err = run("superuser", "delete", SUPERUSER_EMAIL)

    assert (status, out) == (1, "")
    assert "cannot be read" in err
    assert err.count("\n") == 1
