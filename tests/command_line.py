"""`appos compose …` as a person or a script runs it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.serving import ROOT

SECONDS = 300.0


@dataclass
class Shell:
    """Somebody's shell, in the directory of a project; `said` is all that was printed in it."""

    directory: Path
    host: str
    data_dir: Path
    said: list[str] = field(default_factory=list)

    def command(self, *arguments: str) -> list[str]:
        """The arguments of a process that runs `appos compose`."""
        return [sys.executable, "-m", "appos.cli", "compose", *arguments]

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return {**kept, "PYTHONPATH": str(ROOT), "DOCKER_HOST": self.host, "APPOS_DATA": str(self.data_dir)}

    def run(self, *arguments: str, status: int = 0) -> "subprocess.CompletedProcess[str]":
        """Run it, and demand that it ends so: 0 done, 1 refused, 2 misused."""
        done = subprocess.run(
            self.command(*arguments),
            cwd=self.directory,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        self.said += [done.stdout, done.stderr]
        assert done.returncode == status, done.stdout + done.stderr
        return done

    def json(self, *arguments: str, status: int = 0) -> Any:
        """What a script reads: the last line."""
        return json.loads(self.run(*arguments, "--json", status=status).stdout.splitlines()[-1])
