"""The settings of AppOS, read once from the environment."""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from appos.errors import ConfigError

T = TypeVar("T")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
DOCKER_HOST = re.compile(r"unix:///.+|tcp://([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?/?")


class InitMode(StrEnum):
    """How the first superuser comes to be."""

    SETUP = "setup"
    AUTO = "auto"


@dataclass(frozen=True, kw_only=True)
class Config:
    """Every setting, checked. Secrets have no `repr`."""

    data_dir: Path = Path("data")
    http_port: int = 9091
    bind: str = "127.0.0.1:9091"
    init_mode: InitMode = InitMode.SETUP
    superuser_email: str = ""
    superuser_password: str = field(default="", repr=False)
    redis_addr: str = ""
    redis_password: str = field(default="", repr=False)
    docker_host: str = "unix:///var/run/docker.sock"
    compose_binary: Path | None = None
    trusted_proxies: tuple[Network, ...] = ()
    log_level: str = "INFO"
    job_workers: int = 4
    job_grace_seconds: int = 5
    # Where the dashboard was built, None for beside this package.
    dashboard_dir: Path | None = None
    terminal_idle_seconds: int = 1800
    terminal_sessions: int = 256
    terminal_local: bool = False
    # Whether Git repositories may be on the machine itself, or on its link.
    git_local: bool = False
    # The AppOS that the command line asks, "" for that of the data directory, and the token that it sends.
    remote_url: str = ""
    remote_token: str = field(default="", repr=False)
    # Where supervisord listens if it has started AppOS, such as `unix:///run/supervisor.sock`.
    supervisor_url: str = ""

    @property
    def database_path(self) -> Path:
        """Where collections, accounts, jobs and the audit trail are."""
        return self.data_dir / "pb_data" / "data.db"

    @property
    def auxiliary_path(self) -> Path:
        """Where request logs and metrics are."""
        return self.data_dir / "pb_data" / "auxiliary.db"

    @property
    def policy_path(self) -> Path:
        """What apps may ask of the host, where it is decided otherwise than by default."""
        return self.data_dir / "policy.json"

    @property
    def compose_home(self) -> Path:
        """Where Docker Compose keeps what it needs while it runs."""
        return self.data_dir / "compose"

    @property
    def repositories_home(self) -> Path:
        """Where Git repositories lie while they are read."""
        return self.compose_home / "repositories"

    @property
    def storage_path(self) -> Path:
        """Where the files of records are."""
        return self.data_dir / "pb_data" / "storage"

    @property
    def address(self) -> str:
        """The address that a person on this machine opens."""
        return f"http://127.0.0.1:{self.http_port}"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Config":
        """Read and check every setting.

        Raises:
            ConfigError: `config_invalid`; its message names every bad variable at once.
        """
        reader = _Reader(os.environ if env is None else env)
        port = reader.read("HTTP_PORT", "9091", _port)
        data_dir = reader.read("APPOS_DATA", "data", _directory)
        config = cls(
            data_dir=data_dir,
            http_port=port,
            bind=reader.read("BIND", f"127.0.0.1:{port}", _address),
            init_mode=reader.read("INIT_MODE", "setup", _init_mode),
            superuser_email=reader.read("SUPERUSER_EMAIL", "", _email),
            superuser_password=reader.read("SUPERUSER_PASSWORD", "", str),
            redis_addr=reader.read("REDIS_ADDR", "", _address),
            redis_password=reader.read("REDIS_PASSWORD", "", str),
            docker_host=reader.read("DOCKER_HOST", "unix:///var/run/docker.sock", _docker_host),
            compose_binary=reader.read("COMPOSE_BINARY", "", _program),
            trusted_proxies=reader.read("TRUSTED_PROXIES", "", _networks),
            log_level=reader.read("LOG_LEVEL", "INFO", _log_level),
            job_workers=reader.read("JOB_WORKERS", "4", _between(1, 64)),
            job_grace_seconds=reader.read("JOB_GRACE_SECONDS", "5", _between(0, 3600)),
            dashboard_dir=reader.read("DASHBOARD_DIR", "", _directory_or_none),
            terminal_idle_seconds=reader.read("TERMINAL_IDLE_SECONDS", "1800", _between(10, 86400)),
            remote_url=reader.read("APPOS_URL", "", _url),
            remote_token=reader.read("APPOS_TOKEN", "", str),
            terminal_sessions=reader.read("TERMINAL_SESSIONS", "256", _between(1, 4096)),
            terminal_local=reader.read("TERMINAL_LOCAL", "off", _switch),
            git_local=reader.read("GIT_LOCAL", "off", _switch),
            supervisor_url=reader.read("SUPERVISOR_SERVER_URL", "", _socket_url),
        )
        default_url = f"sqlite:///{config.database_path}"
        reader.read("DATABASE_URL", default_url, lambda url: _database_url(url, config.database_path))
        reader.finish()
        return config


# What a shell has for AppOS itself or for Docker's own tools: no file of a project is to find it.
_NO_VARIABLES = re.compile(
    r"(COMPOSE|DOCKER|BUILDKIT|BUILDX)_.*|"
    r"(APPOS_DATA|APPOS_TOKEN|APPOS_URL|BIND|DASHBOARD_DIR|DATABASE_URL|GIT_LOCAL|HTTP_PORT|INIT_MODE"
    r"|JOB_GRACE_SECONDS|JOB_WORKERS|LOG_LEVEL|REDIS_ADDR|REDIS_PASSWORD|SUPERUSER_EMAIL|SUPERUSER_PASSWORD|TERMINAL_[A-Z_]+"
    r"|TRUSTED_PROXIES)(_FILE)?"
)


def shell_variables(env: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what the shell of a person has for the files of a project to interpolate.

    AppOS's own settings, some of them secret, are not among it, nor are those of Compose and Docker.
    """
    known = os.environ if env is None else env
    return {name: value for name, value in known.items() if not _NO_VARIABLES.fullmatch(name)}


class _Reader:
    """Reads variables and collects what is wrong with them."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._problems: dict[str, str] = {}

    def read(self, name: str, default: str, parse: Callable[[str], T]) -> T:
        """Parse a variable or the file in `NAME_FILE`; on a problem, note it and parse the default."""
        try:
            return parse(self._value(name) or default)
        except (ValueError, OSError) as error:
            self._problems[name] = str(error)
            return parse(default)

    def _value(self, name: str) -> str:
        file = self._env.get(f"{name}_FILE", "")
        if not file:
            return self._env.get(name, "").strip()
        if self._env.get(name):
            raise ValueError(f"set either {name} or {name}_FILE, not both")
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except UnicodeDecodeError as error:
            raise ValueError(f"{name}_FILE names a file that is not UTF-8 text") from error
        except OSError as error:
            raise ValueError(f"{name}_FILE cannot be read: {error.strerror}") from error

    def finish(self) -> None:
        if not self._problems:
            return
        lines = [f"{name}: {problem}." for name, problem in self._problems.items()]
        raise ConfigError(
            "AppOS cannot start with these settings. " + " ".join(lines),
            fields={
                name: {"code": "invalid", "message": problem} for name, problem in self._problems.items()
            },
        )


def _between(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
            raise ValueError(f"must be a whole number from {low} to {high}, not {text!r}")
        return int(text)

    return parse


def _switch(text: str) -> bool:
    if text not in ("on", "off"):
        raise ValueError(f"must be 'on' or 'off', not {text!r}")
    return text == "on"


def _port(text: str) -> int:
    return _between(1, 65535)(text)


def _directory(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _directory_or_none(text: str) -> Path | None:
    return _directory(text) if text else None


def _program(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not (path.is_file() and os.access(path, os.X_OK)):
        raise ValueError(f"must be the path of a program, and {str(path)!r} is none")
    return path


def _address(text: str) -> str:
    if not text:
        return ""
    host, colon, port = text.rpartition(":")
    if not colon or not re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", host):
        raise ValueError("must be HOST:PORT, such as 127.0.0.1:6379")
    _port(port)
    return text


def _init_mode(text: str) -> InitMode:
    if text not in list(InitMode):
        raise ValueError(f"must be 'setup' or 'auto', not {text!r}")
    return InitMode(text)


def _email(text: str) -> str:
    if text and not EMAIL.fullmatch(text):
        raise ValueError(f"must be an e-mail address, not {text!r}")
    return text


def _url(text: str) -> str:
    if text and not re.fullmatch(r"https?://[^/\s?#@]+/?", text):
        raise ValueError(f"must be http://HOST:PORT or https://HOST, not {text!r}")
    return text.rstrip("/")


def _docker_host(text: str) -> str:
    if not DOCKER_HOST.fullmatch(text):
        raise ValueError(f"must be unix:///PATH or tcp://HOST:PORT, not {text!r}")
    return text


def _socket_url(text: str) -> str:
    """Read the address of a socket; supervisord tells its children another kind too, which is not used."""
    return text if text.startswith("unix:///") else ""


def _networks(text: str) -> tuple[Network, ...]:
    entries = [entry.strip() for entry in text.split(",") if entry.strip()]
    try:
        return tuple(ipaddress.ip_network(entry, strict=False) for entry in entries)
    except ValueError as error:
        raise ValueError(f"must be addresses or networks separated by commas: {error}") from error


def _log_level(text: str) -> str:
    levels = ("DEBUG", "INFO", "WARNING", "ERROR")
    if text.upper() not in levels:
        raise ValueError(f"must be one of {', '.join(levels)}, not {text!r}")
    return text.upper()


def _database_url(url: str, path: Path) -> None:
    scheme = url.partition(":")[0]
    if scheme != "sqlite":
        raise ValueError(
            f"{scheme!r} is not supported; AppOS keeps its data in SQLite, in the data directory"
        )
    if url != f"sqlite:///{path}":
        raise ValueError(f"must be sqlite:///{path}; set APPOS_DATA to keep the data elsewhere")
