"""The OpenAPI description, made of the routes, of who may call them, and of what each view tells of itself.

Source: OpenAPI Specification 3.1.0.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from flask import Flask
from werkzeug.routing import Rule

from appos import __version__
from appos.web.access import Permission, permission_of
from appos.web.describe import JSON, Description, Later, description_of
from appos.web.errors import OWN_PREFIX

PREFIX = "/api/"
Json = dict[str, Any]

_REF = "#/components/schemas/{name}"
_PARAMETER = re.compile(r"<(?:([a-z]+):)?([a-z_]+)>")
# What a parameter of a path may be, by Werkzeug's converters.
_CONVERTED: dict[str, Json] = {"int": {"type": "integer", "minimum": 0}}
_TEXT: Json = {"type": "string", "minLength": 1}
# What every request may be answered with, and what besides where the engine may be asked.
_ALWAYS = (429, 500, 503)
_OWN = (502,)
_SIGNED_IN = (401, 403)
# The kinds of callers that a route is open to without a token too, and those that have to be signed in.
_CLOSED: list[Json] = [{"token": []}]
_OPEN: dict[Permission, list[Json]] = {
    Permission.PUBLIC: [],
    Permission.RULE: [{}, *_CLOSED],
    Permission.SIGNED: [{}, *_CLOSED],
}
_BY_TICKET: list[Json] = [{"ticket": []}]
_SCHEMES: Json = {
    "token": {"type": "http", "scheme": "bearer", "description": "The token of a sign-in."},
    "ticket": {"type": "apiKey", "in": "query", "name": "ticket", "description": "A ticket for a terminal."},
}

ABOUT = """\
Requests and answers are JSON in UTF-8; names are camelCase, ids are 15 characters, dates look like
`2006-01-02 15:04:05.000Z` and are UTC.

Sign in with `POST /api/collections/_superusers/auth-with-password` and send the token in the header
`Authorization`.

What lies outside of `/api/appos/` is PocketBase's API, and answers as PocketBase does; `fields` in the query
picks fields of any answer. Lists take `page`, `perPage`, `sort`, `filter` and `skipTotal`.
"""


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request failed. `data` has `{code, message}` by the path of each value that is wrong."""

    data: dict[str, Any]
    message: str
    status: int


class OwnError(Error, frozen=True, kw_only=True):
    """Why a request under /api/appos/ failed; `code` is stable, and says exactly what it was."""

    code: str


def document(app: Flask) -> Json:
    """Return the description of every route under /api/.

    Raises:
        RuntimeError: a view tells nothing of itself.
    """
    operations = [_Operation(app, rule, method) for rule, method in _routes(app)]
    schemas = _Schemas(operation.description for operation in operations)
    paths: dict[str, Json] = {}
    for operation in operations:
        methods, method = paths.setdefault(operation.path, {}), operation.method.lower()
        told = operation.told(schemas)
        methods[method] = _merged(methods[method], told) if method in methods else told
    schemas.keep_named(paths)
    return {
        "openapi": "3.1.0",
        "info": {"title": "AppOS", "version": __version__, "description": ABOUT},
        "servers": [{"url": "/"}],
        "security": _CLOSED,
        "tags": _tags(app, operations),
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": schemas.components,
            "securitySchemes": _SCHEMES,
        },
    }


def _routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(PREFIX):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method


def undescribed(app: Flask) -> list[str]:
    """Return the endpoints under /api/ whose views tell nothing of themselves."""
    endpoints = {rule.endpoint for rule, _ in _routes(app)}
    return sorted(each for each in endpoints if description_of(app.view_functions[each]) is None)


class _Schemas:
    """The schemas of all types that views name, each once under `components`."""

    def __init__(self, descriptions: Iterator[Description]) -> None:
        types: list[Any] = [Error, OwnError]
        for description in descriptions:
            types += [each for each in _types(description) if each is not bytes]
        # The same type may be named by many, and need not be hashable.
        unique = list({repr(each): each for each in types}.values())
        schemas, self.components = msgspec.json.schema_components(unique, ref_template=_REF)
        self._schemas = {repr(each): schema for each, schema in zip(unique, schemas, strict=True)}

    def of(self, type_: Any) -> Json:
        """Return the schema of a type, mostly a reference."""
        return dict(self._schemas[repr(_found(type_))])

    def keep_named(self, told: Any) -> None:
        """Leave out what nothing told refers to, such as the structs of queries, which are told by field."""
        kept: dict[str, Json] = {}
        waiting = list(_named(told))
        while waiting:
            name = waiting.pop()
            if name not in kept:
                kept[name] = self.components[name]
                waiting += _named(kept[name])
        self.components = dict(sorted(kept.items()))

    def properties(self, type_: Any) -> Iterator[tuple[str, Json, bool]]:
        """Yield name and schema of each field of a struct, and whether it has to be there."""
        name = self.of(type_)["$ref"].rpartition("/")[2]
        schema = self.components[name]
        for property_, told in schema["properties"].items():
            yield property_, told, property_ in schema.get("required", ())


def _named(told: Any) -> Iterator[str]:
    """Yield the names of the schemas that something refers to."""
    if isinstance(told, dict):
        if isinstance(told.get("$ref"), str):
            yield told["$ref"].rpartition("/")[2]
        told = list(told.values())
    if isinstance(told, list | tuple):
        for each in told:
            yield from _named(each)


def _types(description: Description) -> Iterator[Any]:
    for each in (description.body, description.query, *description.answers.values()):
        if each is not None:
            yield _found(each)


def _found(type_: Any) -> Any:
    return type_.found() if isinstance(type_, Later) else type_


class _Operation:
    """One method of one path."""

    def __init__(self, app: Flask, rule: Rule, method: str) -> None:
        self._rule = rule
        self._view = app.view_functions[rule.endpoint]
        found = description_of(self._view)
        if found is None:
            raise RuntimeError(f"the view of {rule.endpoint} has no @describe")
        self.description = found
        self.method = method
        self.path = _PARAMETER.sub(r"{\2}", rule.rule)
        self._permission = permission_of(rule.endpoint)
        self._has_methods = len((rule.methods or set()) - {"HEAD", "OPTIONS"}) > 1

    @property
    def tag(self) -> str:
        """The blueprint that the view is in."""
        return str(self._rule.endpoint).rpartition(".")[0]

    def told(self, schemas: _Schemas) -> Json:
        """Describe it."""
        summary, _, more = (inspect.getdoc(self._view) or "").partition("\n")
        told: Json = {
            "operationId": self._rule.endpoint + (f".{self.method.lower()}" if self._has_methods else ""),
            "tags": [self.tag],
            "summary": summary.rstrip("."),
            "security": self._security(),
            "responses": self._responses(schemas),
        }
        if about := _without_errors(more):
            told["description"] = about
        if parameters := [*self._path_parameters(), *self._query_parameters(schemas)]:
            told["parameters"] = parameters
        if self.description.body is not None:
            told["requestBody"] = self._body(schemas)
        return told

    def _security(self) -> list[Json]:
        if self._permission is Permission.TICKET:
            return _BY_TICKET
        return _OPEN.get(self._permission or Permission.SUPERUSER, _CLOSED)

    def _path_parameters(self) -> Iterator[Json]:
        for converter, name in _PARAMETER.findall(self._rule.rule):
            schema = _CONVERTED.get(converter, _TEXT)
            yield {"name": name, "in": "path", "required": True, "schema": schema}

    def _query_parameters(self, schemas: _Schemas) -> Iterator[Json]:
        if self.description.query is None:
            return
        for name, schema, required in schemas.properties(self.description.query):
            yield {"name": name, "in": "query", "required": required, "schema": schema}

    def _body(self, schemas: _Schemas) -> Json:
        schema = schemas.of(self.description.body)
        is_needed = "$ref" in schema and any(must for _, _, must in schemas.properties(self.description.body))
        content = {media: {"schema": schema} for media in self.description.body_media}
        return {"required": is_needed, "content": content}

    def _responses(self, schemas: _Schemas) -> Json:
        told: dict[int, Json] = {}
        for status in self._error_statuses():
            kind = OwnError if self.path.startswith(OWN_PREFIX) else Error
            told[status] = _response(status, {JSON: {"schema": schemas.of(kind)}})
        for status, type_ in self.description.answers.items():
            told[status] = _response(status, self._content(status, type_, schemas))
        return {str(status): told[status] for status in sorted(told)}

    def _content(self, status: int, type_: Any, schemas: _Schemas) -> Json | None:
        content: Json = {}
        if type_ is not None and type_ is not bytes:
            content[JSON] = {"schema": schemas.of(type_)}
        if type_ is bytes or (self.description.media != JSON and status == HTTPStatus.OK):
            content[self.description.media] = {}
        return content or None

    def _error_statuses(self) -> set[int]:
        found = {*self.description.errors, *_ALWAYS}
        if self.path.startswith(OWN_PREFIX):
            found.update(_OWN)
        if self._permission not in _OPEN:
            found.update(_SIGNED_IN)
        if self._rule.arguments:
            # Some names are none of any route, such as those with a line break.
            found.add(HTTPStatus.NOT_FOUND)
        if self.method in ("POST", "PUT", "PATCH"):
            found.add(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return found


def _merged(one: Json, other: Json) -> Json:
    """Return what is told of a view and of a socket that have one path: the view's words, and all answers."""
    view, socket = sorted((one, other), key=lambda told: "101" in told["responses"])
    answers = socket["responses"] | view["responses"]
    known = view.get("parameters", [])
    return view | {
        "security": view["security"] + [each for each in socket["security"] if each not in view["security"]],
        "parameters": known + [each for each in socket.get("parameters", []) if each not in known],
        "responses": {status: answers[status] for status in sorted(answers)},
    }


def _response(status: int, content: Json | None) -> Json:
    response: Json = {"description": HTTPStatus(status).phrase}
    return response if content is None else response | {"content": content}


def _without_errors(text: str) -> str:
    """Leave out what a docstring says of exceptions: what comes of them is told by status."""
    return text.partition("Raises:")[0].strip()


def _tags(app: Flask, operations: list[_Operation]) -> list[Json]:
    names = dict.fromkeys(operation.tag for operation in operations)
    return [{"name": name, "description": _about(app.view_functions, name)} for name in sorted(names)]


def _about(views: Mapping[str, Callable[..., Any]], blueprint: str) -> str:
    """Return what the module of a blueprint says that it is for."""
    view = next(view for endpoint, view in views.items() if endpoint.rpartition(".")[0] == blueprint)
    module = inspect.getmodule(view)
    return (inspect.getdoc(module) or "").partition("\n")[0]
