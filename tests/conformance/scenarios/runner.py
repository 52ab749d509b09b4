"""Runs a scenario on one peer, and brings its answers into the form in which they are compared."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote

from tests.conformance.peers import TOKEN, Ask, Peer, Reply, filled, without_server_headers
from tests.conformance.scenarios.steps import NOTHING, File, Form, Raw, Scenario, Step

BOUNDARY = "line"
# How much of a request is searched for ids that the scenario itself names.
LITERAL = 20_000

# A record's id; a field's id may have the same form, but comes from its type and name.
ID = re.compile(r"(?!email\d{10})[a-z0-9]{15}")
# What PocketBase puts between the stem of a file's name and its ending, and behind a stem that is too short.
FILE_SUFFIX = re.compile(r"(?<=_)[a-z0-9]{10}(?=\.\w)")
PADDED_STEM = re.compile(r"(?<![\w-])[a-z0-9]{10,12}(?=_[a-z0-9]{10}\.\w)")
# A file of an unknown kind has no ending.
LONE_SUFFIX = re.compile(r"(?<=^bytes_)[a-z0-9]{10}$")
# The indexes of an auth collection that has no id yet.
INDEX_SUFFIX = re.compile(r"(?:(?<=`idx_email_)|(?<=`idx_tokenKey_))[a-z0-9]{10}(?=`)")
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{3}Z)?")
# An example in a message, made at random.
EXAMPLE = re.compile(r'(?<=, ex\.: ")[^"]+')
# A time as near as this was made by the server.
NOW = timedelta(days=1)


def run(scenario: Scenario, peer: Peer) -> list[tuple[int, str]]:
    """Send the steps of a scenario; return the status and the comparable text of each answer.

    The collections that it made are deleted at its end: a change of one costs the more, the more there are.
    """
    values = peer.values | {"c": scenario.collection}
    wording = Wording(_literals(scenario), peer)
    answers = []
    made = []
    for step in scenario.steps:
        reply = peer.send(_request(step, values))
        for name, path in step.keep.items():
            values[name] = _part(reply, path)
        if (step.method, step.path, reply.status) == ("POST", "/api/collections", 200):
            made.append(_part(reply, "id"))
        answers.append((reply.status, wording.of(reply, step)))
    for collection in reversed(made):
        peer.send(_request(Step("DELETE", f"/api/collections/{collection}"), values))
    return answers


class Wording:
    """Puts numbered words in place of what a server makes up, the same for the same within one scenario."""

    def __init__(self, literals: str, peer: Peer) -> None:
        self._literals = literals
        self._words = {
            value: f"<{name}>" for name, value in peer.values.items() if name.endswith("Id") and value
        }

    def of(self, reply: Reply, step: Step) -> str:
        """Return an answer as text: status, headers and body, one thing a line."""
        headers = {name: self._header(name, value) for name, value in without_server_headers(reply).items()}
        body = self._worded(step.seen(reply) if step.seen else _decoded(reply))
        return "\n".join(
            (
                f"status: {reply.status}",
                *(f"{name}: {value}" for name, value in sorted(headers.items())),
                json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False),
            )
        )

    def _header(self, name: str, value: str) -> str:
        if name == "last-modified":
            return _without_now(parsedate_to_datetime(value), value)
        return self._text(value)

    def _worded(self, value: Any) -> Any:
        if isinstance(value, dict):
            # In the order of their names, for the words are numbered in the order in which they are met.
            return {self._text(name): self._worded(inner) for name, inner in sorted(value.items())}
        if isinstance(value, list):
            return [self._worded(inner) for inner in value]
        if isinstance(value, float) and value.is_integer():
            # JSON has one kind of number.
            return int(value)
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        if ID.fullmatch(text):
            return self._word(text, "id")
        text = TOKEN.sub("<token>", text)
        text = TIME.sub(lambda found: _without_now(_time(found[0]), found[0]), text)
        text = EXAMPLE.sub("<example>", text)
        text = PADDED_STEM.sub(lambda found: self._stem(found[0]), text)
        for suffix in (FILE_SUFFIX, LONE_SUFFIX, INDEX_SUFFIX):
            text = suffix.sub(lambda found: self._word(found[0], "suffix"), text)
        for made_up, word in self._words.items():
            text = text.replace(made_up, word)
        return text

    def _stem(self, stem: str) -> str:
        return stem if stem in self._literals else f"{stem[:-10]}<padding>"

    def _word(self, made_up: str, kind: str) -> str:
        """Return the word for a generated text; one that the scenario itself names stays as it is."""
        if made_up in self._literals:
            return made_up
        return self._words.setdefault(made_up, f"<{kind} {len(self._words)}>")


def _literals(scenario: Scenario) -> str:
    asked = (repr((step.path, step.query, step.headers, step.body))[:LITERAL] for step in scenario.steps)
    return "\n".join((scenario.collection, *asked))


def _decoded(reply: Reply) -> object:
    """Return the decoded body; one that is not JSON as it came."""
    try:
        return reply.json
    except ValueError:
        return reply.body


def _without_now(time: datetime | None, text: str) -> str:
    return "<time>" if time is not None and abs(time - datetime.now(UTC)) < NOW else text


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=UTC)
    except ValueError:
        return None


def _part(reply: Reply, path: str) -> str:
    """Return a part of a JSON answer as text; of an answer without it a word that is no id."""
    value: Any = _decoded(reply)
    for name in path.split("."):
        if isinstance(value, dict):
            value = value.get(name)
        elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            value = None
    return value if isinstance(value, str) else f"no-{path}"


def _request(step: Step, values: Mapping[str, str]) -> Ask:
    query = "&".join(
        f"{quote(name, safe='')}={quote(filled(_parameter(value), values), safe='')}"
        for name, value in step.query.items()
    )
    headers = {name: filled(value, values) for name, value in step.headers.items()}
    if step.who:
        headers.setdefault("Authorization", values[step.who])
    body, content_type = _body(step.body, values)
    if content_type:
        headers.setdefault("Content-Type", content_type)
    path = filled(step.path, values) + (f"?{query}" if query else "")
    return Ask(step.method, path, body, tuple(headers.items()))


def _parameter(value: object) -> str:
    return json.dumps(value) if isinstance(value, bool) else str(value)


def _body(body: Any, values: Mapping[str, str]) -> tuple[bytes, str]:
    """Return the bytes of a body and its content type."""
    if body is NOTHING:
        return b"", ""
    if isinstance(body, Raw):
        content = body.content if isinstance(body.content, bytes) else filled(body.content, values).encode()
        return content, body.content_type
    if isinstance(body, Form):
        return _multipart(body, values), f"multipart/form-data; boundary={BOUNDARY}"
    return json.dumps(_filled_json(body, values)).encode(), "application/json"


def _filled_json(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {filled(name, values): _filled_json(inner, values) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_filled_json(inner, values) for inner in value]
    return filled(value, values) if isinstance(value, str) else value


def _multipart(form: Form, values: Mapping[str, str]) -> bytes:
    return b"".join(_part_of_form(name, part, values) for name, part in form.parts) + (
        f"--{BOUNDARY}--\r\n".encode()
    )


def _part_of_form(name: str, part: str | File, values: Mapping[str, str]) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{filled(name, values)}"'
    if isinstance(part, str):
        return f"{head}\r\n\r\n{filled(part, values)}\r\n".encode()
    head += f'; filename="{part.name}"\r\nContent-Type: {part.content_type}\r\n\r\n'
    return head.encode() + part.content + b"\r\n"
