"""`appos doctor`: whether this machine has what AppOS needs, and the cure where it has not."""

import argparse
from pathlib import Path

from appos.apps.host_paths import host_paths
from appos.cli.output import Output
from appos.compose.binary import ComposeBinary, version_of
from appos.config import Config
from appos.engine.docker import DockerEngine
from appos.system.doctor import Doctor
from appos.system.models import Health

_MARKS = {Health.OK: "✓", Health.WARNING: "!", Health.FAILED: "✗"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Name what the command takes."""
    parser.set_defaults(command=doctor)
    parser.add_argument("--json", action="store_true", help="print JSON for a script")


def doctor(config: Config, options: argparse.Namespace) -> int:
    """Look at every part; 1 when one fails."""
    engine = DockerEngine(config.docker_host)
    binary = ComposeBinary(config.data_dir, config.compose_binary)

    def compose() -> tuple[Path, str]:
        path = binary.path()
        return path, version_of(path)

    try:
        looks = Doctor(config, engine, compose, lambda: host_paths(engine)).looks()
    finally:
        engine.close()
    output = Output(is_json=options.json)
    if options.json:
        output.value(looks)
    else:
        for look in looks:
            output.text(f"{_MARKS[look.state]} {look.part:<12} {look.message}")
            if look.cure:
                output.text(f"{'':15}{look.cure}")
    return 1 if any(look.state is Health.FAILED for look in looks) else 0
