"""A mail server on the loopback that puts each mail into a folder, for whoever reads it there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from tests.serving import free_port


class _Postman:
    """Writes mails in the order in which they come: `0001.json`, `0002.json`, …"""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._count = 0

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        body = mail.get_body(("html", "plain"))
        described = {
            "to": envelope.rcpt_tos,
            "from": str(mail["from"]),
            "subject": str(mail["subject"]),
            "body": "" if body is None else body.get_content(),
        }
        self._count += 1
        file = self._folder / f"{self._count:04}.json"
        # A reader finds a file whole or not at all.
        unfinished = file.with_suffix(".new")
        unfinished.write_text(json.dumps(described), encoding="utf-8")
        unfinished.rename(file)
        return "250 OK"


@contextmanager
def receiving(folder: Path) -> Iterator[int]:
    """Receive mail into `folder`; the value is the port."""
    folder.mkdir(parents=True)
    controller = Controller(_Postman(folder), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
