"""Images of a fake engine, and a registry that it asks."""

from collections.abc import Iterator
from typing import Any

import msgspec

from appos.engine.docker.names import reference
from appos.engine.models import Credentials, Distribution, Image, PullProgress
from appos.errors import ConflictError, EngineError, NotFoundError
from tests.fake_engine.state import Registry, State
from tests.fake_engine.streams import LazyStream


class FakeImages(State):
    """Images by id, and what a registry has by reference."""

    def __init__(self) -> None:
        super().__init__()
        # Registries that do not answer, by their host.
        self.unreachable: set[str] = set()

    def add_image(self, *tags: str, **values: Any) -> Image:
        """Have an image under these references."""
        made = Image(
            **{
                "id": f"sha256:{self.new_id()}",
                "tags": tags,
                "os": "linux",
                "architecture": "amd64",
                **values,
            }
        )
        self.images_by_id[made.id] = made
        return made

    def publish(
        self,
        ref: str,
        *,
        username: str = "",
        password: str = "",
        platforms: tuple[str, ...] = ("linux/amd64",),
    ) -> Registry:
        """Have an image in a registry."""
        digest = f"sha256:{self.new_id()}"
        repository = _full(ref).rpartition(":")[0]
        image = Image(
            id=f"sha256:{self.new_id()}",
            tags=(_full(ref),),
            digests=(f"{repository}@{digest}",),
            os="linux",
            architecture="amd64",
        )
        self.registry[_full(ref)] = Registry(image, digest, platforms, username, password)
        return self.registry[_full(ref)]

    def images(self) -> list[Image]:
        self.asks()
        return list(self.images_by_id.values())

    def image(self, ref: str) -> Image:
        self.asks()
        return self._image(ref)

    def pull(
        self, ref: str, *, platform: str = "", credentials: Credentials | None = None
    ) -> LazyStream[PullProgress]:
        def begin() -> Iterator[PullProgress]:
            self.asks()
            found = self._published(ref, credentials)
            if platform and platform not in found.platforms:
                raise NotFoundError(f"no matching manifest for {platform}.", code="image_not_found")
            yield PullProgress(layer="", status=f"Pulling from {ref}")
            for current in (1 << 19, 1 << 20):
                yield PullProgress(
                    layer="0123456789ab", status="Downloading", current_bytes=current, total_bytes=1 << 20
                )
            yield PullProgress(layer="0123456789ab", status="Pull complete")
            yield PullProgress(layer="", status=f"Digest: {found.digest}")
            self.images_by_id[found.image.id] = found.image
            self.happened("image", "pull", ref, {"name": ref})

        return LazyStream(begin)

    def tag(self, image: str, ref: str) -> None:
        self.asks()
        found = self._image(image)
        for other in list(self.images_by_id.values()):
            self._retag(other, tuple(tag for tag in other.tags if tag != _full(ref)))
        now = self.images_by_id[found.id]
        self._retag(now, (*now.tags, _full(ref)))
        self.happened("image", "tag", found.id, {"name": ref})

    def remove_image(self, ref: str, *, force: bool = False) -> None:
        self.asks()
        found = self._image(ref)
        rest = tuple(tag for tag in found.tags if tag != _full(ref))
        if rest and found.id != ref:
            self._retag(found, rest)
            return
        if any(found.id == box.told.image_id or box.told.image in found.tags for box in self.boxes.values()):
            raise ConflictError("a container is using its referenced image.", code="in_use")
        del self.images_by_id[found.id]
        self.happened("image", "delete", found.id, {"name": ref})

    def distribution(self, ref: str, *, credentials: Credentials | None = None) -> Distribution:
        self.asks()
        found = self._published(ref, credentials)
        return Distribution(digest=found.digest, platforms=found.platforms)

    def check_credentials(self, credentials: Credentials) -> None:
        self.asks()
        self._reach(credentials.registry)
        known = [one for ref, one in self.registry.items() if ref.startswith(f"{credentials.registry}/")]
        if not all(_admits(one, credentials) for one in known):
            raise EngineError("unauthorized: authentication required.", code="registry_denied")

    def _image(self, ref: str) -> Image:
        reference(ref)
        for image in self.images_by_id.values():
            if ref == image.id or _full(ref) in image.tags or ref in image.digests:
                return image
        raise NotFoundError(f"No such image: {ref}.", code="image_not_found")

    def _published(self, ref: str, credentials: Credentials | None) -> Registry:
        self._reach(ref.partition("/")[0])
        found = self.registry.get(_full(ref))
        if found is None:
            raise NotFoundError(f"manifest unknown: {ref}.", code="image_not_found")
        if not _admits(found, credentials):
            raise EngineError(f"{ref} needs other credentials.", code="registry_denied")
        return found

    def _reach(self, host: str) -> None:
        if host in self.unreachable:
            raise EngineError(f"dial tcp {host}: connection refused.", code="registry_unreachable")

    def _retag(self, image: Image, tags: tuple[str, ...]) -> None:
        self.images_by_id[image.id] = msgspec.structs.replace(image, tags=tags)


def _admits(found: Registry, credentials: Credentials | None) -> bool:
    given = (credentials.username, credentials.password) if credentials else ("", "")
    return not found.username or given == (found.username, found.password)


def _full(ref: str) -> str:
    """Write the tag that goes without saying."""
    return ref if ":" in ref.rpartition("/")[2] else f"{ref}:latest"
