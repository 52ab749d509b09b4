"""Images, under /api/appos/docker/images."""

import msgspec
from flask import Blueprint, Response, url_for
from flask.typing import ResponseReturnValue

from appos.engine.models import Image
from appos.ledger.models import Job, Order
from appos.store.query import Page
from appos.system.docker.service import ImageUpdate
from appos.web.describe import describe
from appos.web.docker import ListQuery, paged
from appos.web.state import actor, state
from appos.web.wire import answer, decode, decode_query, no_content

bp = Blueprint("images", __name__, url_prefix="/api/appos/docker/images")


class PullRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The reference of an image, such as nginx:1."""

    reference: str


class TagRequest(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An image, by reference or id, and the reference that it gets."""

    image: str
    reference: str


class ImageQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """An image, by reference or id; `force` removes it though stopped containers use it."""

    reference: str
    force: bool = False


class Updates(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Which images in use have newer ones."""

    items: list[ImageUpdate]


@bp.get("")
@describe(query=ListQuery, answers={200: Page[Image]}, errors=(400,))
def images() -> Response:
    """List all images."""
    asked = decode_query(ListQuery)
    found = [
        it for it in state().services.engine.images() if not asked.search or asked.search in " ".join(it.tags)
    ]
    return answer(paged(found, asked))


@bp.get("/updates")
@describe(answers={200: Updates})
def updates() -> Response:
    """Ask registries whether they have newer images than those in use."""
    return answer(Updates(items=state().services.docker.updates()))


@bp.post("/pull")
@describe(body=PullRequest, answers={202: Job}, errors=(400,))
def pull() -> ResponseReturnValue:
    """Queue the pull of an image."""
    order = Order(kind="image.pull", subject=decode(PullRequest).reference)
    job = state().tasks.submit(order, actor())
    return answer(job, 202, {"Location": url_for("jobs.show", job_id=job.id)})


@bp.post("/tag")
@describe(body=TagRequest, answers={200: Image}, errors=(400, 404))
def tag() -> Response:
    """Give an image another reference."""
    asked, services = decode(TagRequest), state().services
    services.engine.tag(asked.image, asked.reference)
    services.docker.record(actor(), "image.tag", asked.reference)
    return answer(services.engine.image(asked.reference))


@bp.delete("")
@describe(query=ImageQuery, answers={204: None}, errors=(400, 404, 409))
def remove_image() -> Response:
    """Remove a reference, and the image with its last one."""
    asked, services = decode_query(ImageQuery), state().services
    services.engine.remove_image(asked.reference, force=asked.force)
    services.docker.record(actor(), "image.remove", asked.reference)
    return no_content()
