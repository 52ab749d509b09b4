"""`appos app adopt` and `appos app export`: where apps come from, and go to."""

import argparse
import os
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from appos.cli.jobs import followed
from appos.cli.output import Output
from appos.cli.remote import Remote
from appos.config import Config
from appos.errors import AppOSError, InvalidError, NotFoundError


def adopt(config: Config, options: argparse.Namespace) -> int:
    """Take over what runs, once the person has agreed to what that changes; or list what could be."""
    remote, output = Remote.of(config), Output(is_json=options.json)
    found = remote.ask("GET", "apps/adoptable")["items"]
    if options.name is None:
        if options.json:
            output.value(found)
        else:
            rows = [(it["name"], it["container"] or it["file"], it["problem"]) for it in found]
            output.table(("NAME", "CONTAINER OR FILE", ""), rows)
        return 0
    wanted = next((it for it in found if options.name in (it["name"], it["container"])), None)
    if wanted is None:
        message = f"Nothing named {options.name!r} runs without AppOS; `appos app adopt` lists what does."
        raise NotFoundError(message, code="project_not_found")
    is_lone = bool(wanted["container"])
    body: dict[str, Any] = {"container": wanted["container"]} if is_lone else {"project": wanted["name"]}
    try:
        accepted = remote.ask("POST", "apps/adopt", {**body, "consent": options.yes})
    except AppOSError as error:
        if error.code != "consent_needed" or not _agreed(output, options.name, error):
            raise
        accepted = remote.ask("POST", "apps/adopt", {**body, "consent": True})
    return followed(remote, output, accepted)


def _agreed(output: Output, name: str, error: AppOSError) -> bool:
    """Say what would be changed, and ask; nobody is asked where a script reads."""
    if output.is_json:
        return False
    for what, told in error.fields.items():
        output.note(f"{what}: {told['message'] if isinstance(told, dict) else told}")
    sys.stderr.write(f"Write the name, {name}, to go on: ")
    sys.stderr.flush()
    return sys.stdin.readline().strip() == name


def export(config: Config, options: argparse.Namespace) -> int:
    """Write an app's archive; the file is whole or as before."""
    remote, output = Remote.of(config), Output(is_json=options.json)
    file: Path = options.output or Path(f"{options.app}.tar.gz")
    query = "?secrets=1" if options.secrets else ""
    data = remote.download(f"apps/{quote(options.app, safe='')}/export{query}")
    try:
        _write(file, data)
    except OSError as error:
        raise InvalidError(f"{file} cannot be written: {error.strerror}.", code="file_unwritable") from error
    if options.json:
        output.value({"file": str(file), "bytes": len(data)})
    else:
        hint = (
            "" if options.secrets else " The environment's values are left out; --secrets takes them along."
        )
        output.note(f"{options.app} is in {file}.{hint}")
    return 0


def _write(file: Path, data: bytes) -> None:
    # Read by its owner alone: there may be secrets in it.
    descriptor, partial = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(descriptor, "wb") as made:
            made.write(data)
            made.flush()
            os.fsync(made.fileno())
        Path(partial).replace(file)
    finally:
        Path(partial).unlink(missing_ok=True)
