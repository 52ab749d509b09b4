"""The real Docker Compose, asked about files."""

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from appos.compose.binary import BESIDE
from appos.compose.model import Model, model_of

LOG_PREFIX = 'time="'
SECONDS = 60


class Said(msgspec.Struct, frozen=True):
    """What Compose says of a project: its model or why it refuses it, and its warnings."""

    model: Model | None
    refusal: str
    warnings: tuple[str, ...]


def binary() -> Path:
    """Return the Docker Compose of this installation."""
    assert BESIDE.exists(), "Docker Compose is not installed beside the interpreter; run `make setup`."
    return BESIDE


def said(
    directory: Path,
    *files: Path,
    name: str = "",
    env_files: tuple[Path, ...] = (),
    variables: Mapping[str, str] | None = None,
) -> Said:
    """Ask Compose whether it accepts a project; its model is not asked for."""
    answer = _run(directory, files, name, env_files, variables or {}, "--quiet")
    lines = answer.stderr.splitlines()
    warnings = tuple(line for line in lines if line.startswith(LOG_PREFIX))
    words = "\n".join(line for line in lines if not line.startswith(LOG_PREFIX)).strip()
    return Said(None, words if answer.returncode else "", warnings)


def model(
    directory: Path,
    *files: Path,
    name: str = "",
    env_files: tuple[Path, ...] = (),
    variables: Mapping[str, str] | None = None,
) -> Model:
    """Ask Compose for the normalised model of a project that it accepts."""
    answer = _run(directory, files, name, env_files, variables or {}, "--format=json")
    assert not answer.returncode, answer.stderr
    raw: dict[str, Any] = json.loads(answer.stdout)
    return model_of(raw)


def _run(
    directory: Path,
    files: tuple[Path, ...],
    name: str,
    env_files: tuple[Path, ...],
    variables: Mapping[str, str],
    output: str,
) -> subprocess.CompletedProcess[str]:
    """Run `docker compose config`."""
    arguments = ["--project-directory", str(directory), *(f"--file={path}" for path in files)]
    arguments += [f"--env-file={path}" for path in env_files]
    if name:
        arguments.append(f"--project-name={name}")
    return subprocess.run(
        [str(binary()), *arguments, "config", output],
        capture_output=True,
        text=True,
        errors="replace",
        cwd=directory,
        env={"PATH": os.environ["PATH"], "HOME": str(directory), **variables},
        timeout=SECONDS,
        check=False,
    )
