"""Images of a real engine, and registries as it sees them."""

import base64
from collections.abc import Iterator

import msgspec

from appos.engine.docker.names import reference, repository_and_tag
from appos.engine.docker.refusals import registry_refused
from appos.engine.docker.session import SLOW_SECONDS, Failed, Session
from appos.engine.docker.streams import EngineStream, json_objects
from appos.engine.docker.told import distribution_of, image_of, pull_progress_of
from appos.engine.models import Credentials, Distribution, Image, PullProgress
from appos.errors import AppOSError

NOUN = "image"
DOCKER_HUB = ("docker.io", "index.docker.io", "registry-1.docker.io")
# Docker Hub's credentials go by an address of old. Source: Docker Engine API, "Authentication".
DOCKER_HUB_ADDRESS = "https://index.docker.io/v1/"


class Images:
    """What is asked about images; see `port.Images`."""

    _session: Session

    def images(self) -> list[Image]:
        """List images."""
        return [image_of(one) for one in self._session.ask(lambda api: api.images())]

    def image(self, ref: str) -> Image:
        """Inspect an image."""
        name = reference(ref)
        return image_of(self._session.ask(lambda api: api.inspect_image(name), NOUN))

    def pull(
        self, ref: str, *, platform: str = "", credentials: Credentials | None = None
    ) -> EngineStream[PullProgress]:
        """Pull an image."""
        repository, tag = repository_and_tag(reference(ref))
        params = {"fromImage": repository, "tag": tag, **({"platform": platform} if platform else {})}
        failed = _failed(ref, credentials)

        def read(chunks: Iterator[bytes]) -> Iterator[PullProgress]:
            for told in json_objects(chunks):
                if "error" in told:
                    # The answer had begun well, so its status tells nothing.
                    raise failed(0, str(told["error"]).strip().rstrip("."))
                yield pull_progress_of(told)

        return self._session.stream(
            "/images/create",
            read,
            NOUN,
            method="POST",
            params=params,
            headers={"X-Registry-Auth": _header(credentials)},
            # The engine answers once the registry does, for which it has its own patience.
            seconds=None,
            failed=failed,
        )

    def tag(self, image: str, ref: str) -> None:
        """Tag an image."""
        name, (repository, tag) = reference(image), repository_and_tag(reference(ref))
        self._session.ask(lambda api: api.tag(name, repository, tag), NOUN)

    def remove_image(self, ref: str, *, force: bool = False) -> None:
        """Remove a reference of an image."""
        name = reference(ref)
        self._session.ask(lambda api: api.remove_image(name, force=force), NOUN, seconds=SLOW_SECONDS)

    def distribution(self, ref: str, *, credentials: Credentials | None = None) -> Distribution:
        """Ask a registry."""
        name, auth = reference(ref), _auth(credentials)
        told = self._session.ask(
            lambda api: api.inspect_distribution(name, auth_config=auth),
            NOUN,
            failed=_failed(ref, credentials),
        )
        return distribution_of(told)

    def check_credentials(self, credentials: Credentials) -> None:
        """Sign in to a registry."""
        failed = _failed(credentials.registry, credentials)
        self._session.post("/auth", _auth(credentials), failed=failed)


def _auth(credentials: Credentials | None) -> dict[str, str]:
    """Write credentials as the engine reads them; none are written too, else the SDK looks into files."""
    if credentials is None:
        return {}
    is_hub = credentials.registry in DOCKER_HUB
    return {
        "username": credentials.username,
        "password": credentials.password,
        "serveraddress": DOCKER_HUB_ADDRESS if is_hub else credentials.registry,
    }


def _header(credentials: Credentials | None) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(_auth(credentials))).decode()


def _failed(ref: str, credentials: Credentials | None) -> Failed:
    """Make errors about a registry, in which no password is, whatever the registry has repeated."""

    def failed(status: int, said: str) -> AppOSError:
        if credentials is not None and credentials.password:
            said = said.replace(credentials.password, "***")
        return registry_refused(status, said, ref)

    return failed
