"""Apps whose files are those of a Git repository, under /api/appos/apps."""

import msgspec
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from msgspec import UNSET, UnsetType

from appos.apps.sources import GitOrigin, GitView
from appos.web.apps import CheckAnswer, check_answer
from appos.web.describe import describe
from appos.web.granted import granted
from appos.web.state import actor, state
from appos.web.wire import answer, decode

bp = Blueprint("app_git", __name__, url_prefix="/api/appos/apps")


class GitCheckRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A repository that an app may be made of, under a name and with an environment."""

    name: str
    git: GitOrigin
    env: dict[str, str] = {}


class GitCheckAnswer(CheckAnswer, frozen=True, kw_only=True, rename="camel"):
    """What a check says, the commit that was looked at, its Compose file, and the paths of its files."""

    commit: str
    compose: str
    files: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    host_key: str = ""


class GitChanges(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What to change of where an app's files come from; what is not named stays, secrets among it."""

    url: str | UnsetType = UNSET
    branch: str | UnsetType = UNSET
    path: str | UnsetType = UNSET
    username: str | UnsetType = UNSET
    password: str | UnsetType = UNSET
    private_key: str | UnsetType = UNSET
    host_key: str | UnsetType = UNSET

    def __repr__(self) -> str:
        """Leave the secrets out."""
        return f"GitChanges(url={self.url!r})"


@bp.post("/git/check")
@describe(body=GitCheckRequest, answers={200: GitCheckAnswer}, errors=(400,))
def check() -> Response:
    """Read a repository, and say what a deployment of it would do; nothing is changed."""
    request, services = decode(GitCheckRequest), state().services
    checkout, files = services.sources.preview(request.name, request.git, request.env)
    said = check_answer(*services.apps.review(request.name, files))
    compose = next((files[it] for it in services.apps.store.compose_names if it in files), b"")
    return answer(
        GitCheckAnswer(
            valid=said.valid,
            findings=said.findings,
            refused=said.refused,
            plan=said.plan,
            commit=checkout.commit,
            compose=compose.decode(errors="replace"),
            files=tuple(sorted(checkout.files)),
            left_out=checkout.left_out,
            host_key=checkout.host_key,
        )
    )


@bp.get("/<app_id>/git")
@describe(answers={200: GitView}, errors=(404,))
def show(app_id: str) -> Response:
    """Show the repository that an app's files are from, without the secrets it is asked with."""
    return answer(state().services.sources.show(granted(app_id, None)))


@bp.put("/<app_id>/git")
@describe(body=GitChanges, answers={200: GitView}, errors=(400, 404))
def change(app_id: str) -> Response:
    """Say from which repository an app's files come at its next update."""
    app, changes, sources = granted(app_id, None), decode(GitChanges), state().services.sources
    named = {
        name: value for name in changes.__struct_fields__ if (value := getattr(changes, name)) is not UNSET
    }
    return answer(
        sources.show(sources.change(app, msgspec.structs.replace(sources.origin(app), **named), actor()))
    )


@bp.delete("/<app_id>/git")
@describe(answers={204: None}, errors=(404,))
def remove(app_id: str) -> ResponseReturnValue:
    """Keep an app's files as they are, and forget the repository."""
    state().services.sources.remove(granted(app_id, None), actor())
    return "", 204
