"""Keeps the values of variables out of what Docker Compose says.

Compose quotes values in its errors (`invalid hostPort: …`), builds print them, and programs log them. A
value is replaced by `***` wherever free text holds it, if it is worth hiding:

- the value of a variable whose name says that it is secret (PASSWORD, TOKEN, KEY, …), from 4 characters on;
- any other from 6 characters on, but for plain words of lower-case letters: `postgres` and `production`
  are in the names of images and containers, and hiding them would make an error unreadable without keeping
  a secret.

Shorter values (`80`, `true`) are no secrets that could be kept, and what every shell has (`PWD`, `HOME`) is
none. Names of containers and images in progress lines lose only the values of secret names.
"""

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HIDDEN = "***"
LONGEST_FILE = 1 << 20
SHORTEST_SECRET = 4
SHORTEST = 6

_SECRET_NAME = re.compile(
    r"PASS|PWD|SECRET|TOKEN|KEY|CRED|AUTH|PRIVATE|SALT|SEED|CERT|SIGN|DSN|_URL$|_URI$|ACCESS", re.IGNORECASE
)
# What every shell has: where a person is and works, which errors have to name. Source: POSIX, environ(7).
_PUBLIC = frozenset(
    ("PWD", "OLDPWD", "HOME", "PATH", "SHELL", "USER", "LOGNAME", "TERM", "LANG", "TMPDIR", "HOSTNAME", "_")
)
_PLAIN_WORD = re.compile(r"[a-z]+")
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([^\s=:#'\"]+)\s*[=:]\s*(.*)")


class Veil:
    """Hides values in texts."""

    def __init__(self, values: Iterable[tuple[str, str]] = ()) -> None:
        pairs = [(name, value) for name, value in values if name not in _PUBLIC]
        self._names = _pattern(value for name, value in pairs if _is_secret(name, value))
        self._texts = _pattern(
            value for name, value in pairs if _is_secret(name, value) or _is_telling(value)
        )

    @classmethod
    def of(
        cls,
        variables: Mapping[str, str],
        env_files: Iterable[Path] = (),
        model: Mapping[str, Any] | None = None,
    ) -> "Veil":
        """Hide the values of variables, of env files, and of a normalised model with the files it names."""
        pairs = list(variables.items())
        for path in env_files:
            pairs += values_in_file(path)
        if model is not None:
            pairs += values_in_model(model)
        return cls(pairs)

    def __repr__(self) -> str:
        """Say nothing of what is hidden."""
        return "Veil()"

    def over(self, text: str) -> str:
        """Hide values in free text."""
        return self._texts.sub(HIDDEN, text) if self._texts is not None else text

    def over_name(self, name: str) -> str:
        """Hide only the values of secret variables in a name."""
        return self._names.sub(HIDDEN, name) if self._names is not None else name


def values_in_file(path: Path) -> list[tuple[str, str]]:
    """Return names and values of an env file, as they are written; [] of one that cannot be read.

    This is no reader of env files: Compose alone says what they mean. It only has to find what may be quoted.
    """
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            text = file.read(LONGEST_FILE)
    except OSError:
        return []
    pairs: list[tuple[str, str]] = []
    name = "secret"
    for line in text.splitlines():
        found = _ASSIGNMENT.match(line)
        if found is None:
            # The next line of a value in quotes.
            pairs.append((name, line.strip().strip("'\"")))
            continue
        name, written = found[1], found[2].strip()
        pairs += [(name, written), (name, written.strip("'\""))]
        pairs.append((name, re.split(r"\s+#", written)[0].strip("'\" ")))
    return pairs


def values_in_model(model: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the values of a normalised model: environments, build arguments, contents, files of secrets."""
    pairs: list[tuple[str, str]] = []
    for service in _mappings(model.get("services")):
        pairs += _pairs(service.get("environment"))
        build = service.get("build")
        if isinstance(build, Mapping):
            pairs += _pairs(build.get("args"))
    for kind in ("configs", "secrets"):
        for entry in _mappings(model.get(kind)):
            if isinstance(entry.get("content"), str):
                pairs.append(("secret", entry["content"]))
    values = [(name, value.replace("$$", "$")) for name, value in pairs]
    return values + [("secret", text) for text in map(_text_of, _mappings(model.get("secrets"))) if text]


def _text_of(secret: Mapping[str, Any]) -> str:
    """Return what the file of a secret holds, "" where that is no file, or none that can be read."""
    try:
        with Path(str(secret["file"])).open(encoding="utf-8", errors="replace") as file:
            return file.read(LONGEST_FILE).strip()
    except (KeyError, OSError, ValueError):
        return ""


def _mappings(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, Mapping):
        return []
    return [part for part in value.values() if isinstance(part, Mapping)]


def _pairs(value: object) -> list[tuple[str, str]]:
    if not isinstance(value, Mapping):
        return []
    return [(str(name), str(part)) for name, part in value.items() if part is not None]


def _is_secret(name: str, value: str) -> bool:
    return len(value) >= SHORTEST_SECRET and _SECRET_NAME.search(name) is not None


def _is_telling(value: str) -> bool:
    return len(value) >= SHORTEST and _PLAIN_WORD.fullmatch(value) is None


def _pattern(values: Iterable[str]) -> "re.Pattern[str] | None":
    """Match any of the values, the longest first, as they are, line by line, or in a quoted string."""
    wanted: set[str] = set()
    for value in values:
        lines = [line.strip() for line in value.splitlines()]
        for form in (value, *(line for line in lines if len(line) >= SHORTEST)):
            wanted.update((form, json.dumps(form)[1:-1], json.dumps(form, ensure_ascii=False)[1:-1]))
    if not wanted:
        return None
    return re.compile("|".join(re.escape(value) for value in sorted(wanted, key=len, reverse=True)))
