"""What a view takes and answers, told beside it: the OpenAPI description is made of it."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import msgspec

View = TypeVar("View", bound=Callable[..., Any])

_ATTRIBUTE = "__described__"


class Description(msgspec.Struct, frozen=True, kw_only=True):
    """What a view takes and answers.

    `body` is the type that decodes the request's JSON, `query` that of its query string. `answers` maps a
    status to the type of its JSON, None where there is none; `media` is the type of what is not JSON, such as
    `text/event-stream`. `errors` are the statuses that it answers with beyond those of every route: 401 and
    403 where somebody has to be signed in, 429 where requests are limited, 500 and 503.
    """

    body: Any = None
    query: type[msgspec.Struct] | None = None
    answers: Mapping[int, Any]
    errors: tuple[int, ...] = ()
    media: str = "application/json"


def describe(
    *,
    body: Any = None,
    query: type[msgspec.Struct] | None = None,
    answers: Mapping[int, Any],
    errors: tuple[int, ...] = (),
    media: str = "application/json",
) -> Callable[[View], View]:
    """Tell what a view takes and answers; its docstring's first line says what it does."""

    def described(view: View) -> View:
        setattr(
            view,
            _ATTRIBUTE,
            Description(body=body, query=query, answers=answers, errors=errors, media=media),
        )
        return view

    return described


def description_of(view: Callable[..., Any]) -> Description | None:
    """Return what a view tells of itself; None if it tells nothing."""
    found = getattr(view, _ATTRIBUTE, None)
    return found if isinstance(found, Description) else None
