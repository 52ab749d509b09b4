"""`appos compose …` as a person types it, on this machine or in a container."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.serving import ROOT


@dataclass(frozen=True)
class Printed:
    """What a command printed, and how it ended: 0 done, 1 refused, 2 misused."""

    status: int
    output: str
    errors: str

    def json(self) -> Any:
        """The last line, which is the answer where progress stands before it."""
        return json.loads(self.output.splitlines()[-1])


@dataclass(frozen=True)
class CommandLine:
    """A shell with a data directory and an engine in its environment."""

    data_dir: Path
    host: str

    def compose(self, directory: Path, *arguments: str) -> Printed:
        """Run `appos compose` on the project in a directory, whatever comes of it."""
        done = subprocess.run(
            [sys.executable, "-m", "appos.cli", "compose", "--project-directory", str(directory), *arguments],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "APPOS_DATA": str(self.data_dir), "DOCKER_HOST": self.host},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return Printed(done.returncode, done.stdout, done.stderr)

    def succeeds(self, directory: Path, *arguments: str) -> Printed:
        """Run it, and demand that it is done."""
        printed = self.compose(directory, *arguments)
        assert printed.status == 0, f"{printed.output}{printed.errors}"
        return printed
