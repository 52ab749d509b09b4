"""What a view takes and answers, told beside it: the OpenAPI description is made of it."""

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, TypeVar

import msgspec

View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "__described__"
JSON = "application/json"


class Later(msgspec.Struct, frozen=True):
    """A type by its module and its name, which is imported when the description is made and not before."""

    module: str
    name: str

    def found(self) -> Any:
        """Import the type."""
        return getattr(import_module(self.module), self.name)


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a view takes and answers.

    `body` is the type that decodes the request's JSON, `query` that of its query string; either may be a
    `Later`. `body_media` are the types of body that it reads. `answers` maps a status to the type of its
    JSON, None where there is none, bytes for a file; `media` is the type of what is not JSON, such as
    `text/event-stream`: beside the JSON of 200, where there is some.
    `errors` are the statuses that it answers with beyond those of every route: 401 and 403 where somebody
    has to be signed in, 404 where a path names something, 413 where there is a body, 429 where requests are
    limited, 500 and 503, and of AppOS's own also 502, which the engine may be the reason of.
    """

    body: Any = None
    body_media: tuple[str, ...] = (JSON,)
    query: Any = None
    answers: Mapping[int, Any]
    errors: tuple[int, ...] = ()
    media: str = JSON


def describe(
    *,
    body: Any = None,
    body_media: tuple[str, ...] = (JSON,),
    query: Any = None,
    answers: Mapping[int, Any],
    errors: tuple[int, ...] = (),
    media: str = JSON,
) -> Callable[[View], View]:
    """Tell what a view takes and answers; its docstring's first line says what it does."""
    description = Description(
        body=body, body_media=body_media, query=query, answers=answers, errors=errors, media=media
    )

    def described(view: View) -> View:
        setattr(view, _ATTRIBUTE, description)
        return view

    return described


def description_of(view: Callable[..., Any]) -> Description | None:
    """Return what a view tells of itself; None if it tells nothing."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Description) else None
