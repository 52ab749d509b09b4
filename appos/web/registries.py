"""Private registries, under /api/appos/docker/registries."""

import msgspec
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from appos.system.registries import Registry
from appos.web.describe import describe
from appos.web.state import actor, state
from appos.web.wire import answer, decode, no_content

bp = Blueprint("registries", __name__, url_prefix="/api/appos/docker/registries")


class RegistryRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A registry, by its host, and who asks it."""

    registry: str
    username: str
    password: str

    def __repr__(self) -> str:
        return f"RegistryRequest(registry={self.registry!r})"


class RegistryList(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The registries that credentials are kept for."""

    items: tuple[Registry, ...]


@bp.get("")
@describe(answers={200: RegistryList})
def index() -> Response:
    """List the registries, without passwords."""
    return answer(RegistryList(items=state().services.registries.known()))


@bp.post("")
@describe(body=RegistryRequest, answers={201: Registry}, errors=(400, 502))
def create() -> ResponseReturnValue:
    """Keep credentials of a registry, once it has taken them."""
    asked, services = decode(RegistryRequest), state().services
    kept = services.registries.add(asked.registry, asked.username, asked.password, actor())
    return answer(kept, 201)


@bp.delete("/<registry>")
@describe(answers={204: None}, errors=(404,))
def delete(registry: str) -> Response:
    """Forget the credentials of a registry."""
    state().services.registries.remove(registry, actor())
    return no_content()
