"""What is around a file while it is read."""

from collections.abc import Mapping
from pathlib import Path

import msgspec


class Around(msgspec.Struct, frozen=True):
    """The directory that paths start from, the variables, and the files that include this one."""

    directory: Path
    variables: Mapping[str, str]
    parents: tuple[Path, ...] = ()

    def __repr__(self) -> str:
        """Leave the values of the variables out: they may be secret."""
        return f"Around(directory={self.directory})"
