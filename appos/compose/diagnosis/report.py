"""What has been found so far."""

from pathlib import Path

import msgspec

from appos.compose.models import Finding, Place, Severity


class Found(msgspec.Struct, frozen=True):
    """Something found, as it is told where Compose refuses the project.

    An error is one only then. Where Compose accepts the project, it becomes `if_accepted`, for a reason that
    its check names; None: it is dropped, for Compose has shown that it is none.
    """

    finding: Finding
    if_accepted: Severity | None


class Report:
    """Collects what is found in one project."""

    def __init__(self, directory: Path) -> None:
        self.found: list[Found] = []
        self.directory = directory
        self._seen: set[tuple[str, str, str | None, int | None, str]] = set()

    def error(
        self,
        code: str,
        message: str,
        fix: str,
        *,
        path: str = "",
        place: Place | None = None,
        if_accepted: Severity | None = None,
    ) -> None:
        """Say what Compose refuses."""
        self._add(Severity.ERROR, code, message, fix, path, place, if_accepted)

    def warning(
        self, code: str, message: str, fix: str, *, path: str = "", place: Place | None = None
    ) -> None:
        """Say what Compose accepts, and what is wrong all the same."""
        self._add(Severity.WARNING, code, message, fix, path, place, Severity.WARNING)

    def info(self, code: str, message: str, fix: str, *, path: str = "", place: Place | None = None) -> None:
        """Say what is worth knowing."""
        self._add(Severity.INFO, code, message, fix, path, place, Severity.INFO)

    def named(self, file: Path) -> str:
        """Name a file as findings do: from the directory of the project, where it lies within."""
        return str(file.relative_to(self.directory) if file.is_relative_to(self.directory) else file)

    def _add(
        self,
        severity: Severity,
        code: str,
        message: str,
        fix: str,
        path: str,
        place: Place | None,
        if_accepted: Severity | None,
    ) -> None:
        file, line = (place.file, place.line) if place else (None, None)
        key = (code, path, file, line, message)
        if key in self._seen:
            return
        self._seen.add(key)
        finding = Finding(
            severity=severity, code=code, path=path, file=file, line=line, message=message, fix=fix
        )
        self.found.append(Found(finding, if_accepted))
