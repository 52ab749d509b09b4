"""The images of releases: which they are, kept for as long as their release is, and brought back."""

import hashlib
import logging
from collections.abc import Mapping

from appos.apps.models import App, Release, ReleaseImage, ReleaseState
from appos.compose.model import Model, Project
from appos.engine.models import Credentials
from appos.engine.port import Engine
from appos.errors import EngineError, NotFoundError

log = logging.getLogger(__name__)

# The repository of the tags that keep images from being pruned; a release that goes loses its own.
KEPT = "appos-kept"
# So many good releases keep their images here; those before them are pulled again by their digests.
KEPT_RELEASES = 3


class ReleaseImages:
    """Looks up, keeps and brings back the images of releases."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, project: Project) -> dict[str, ReleaseImage]:
        """Return the image of each service, as the engine has them now; what it has not is left out."""
        found = {}
        for name, service in project.services.items():
            reference = reference_of(project, name)
            if service.provider is not None or not reference:
                continue
            try:
                image = self._engine.image(reference)
            except NotFoundError:
                continue
            digest = next(iter(image.digests), "") if service.build is None else ""
            found[name] = ReleaseImage(reference=reference, id=image.id, digest=digest)
        return found

    def lacks(self, model: Model) -> bool:
        """Whether Compose may have to pull an image: of a service, or of a mount.

        Which platform an image here is for is Compose's to see.
        """
        services = model.project.services.values()
        if any(it.platform for it in services):
            return True
        wanted = {it.image for it in services if it.build is None and it.provider is None and it.image}
        wanted |= {mount.source for it in services for mount in it.volumes or () if mount.type == "image"}
        return not all(self._id_of(reference) for reference in wanted)

    def keep(self, app: App, releases: list[Release]) -> None:
        """Tag the images of the current and the last good releases, and untag those of all others."""
        wanted = {}
        states = (ReleaseState.CURRENT, ReleaseState.CANDIDATE, ReleaseState.GOOD)
        good = [it for it in releases if it.state in states]
        for release in good[:KEPT_RELEASES]:
            for service, image in release.images.items():
                wanted[kept_tag(app, release.number, service)] = image.id
        for tag, image_id in wanted.items():
            try:
                self._engine.tag(image_id, tag)
            except NotFoundError:
                log.warning("release_image_gone", extra={"app": app.name, "image": image_id})
        self._untag(app, keep=frozenset(wanted))

    def forget(self, app: App) -> None:
        """Untag all images that were kept for an app."""
        self._untag(app, keep=frozenset())

    def _untag(self, app: App, keep: frozenset[str]) -> None:
        prefix = f"{KEPT}/{app.id}:"
        for image in self._engine.images():
            for tag in image.tags:
                if tag.startswith(prefix) and tag not in keep:
                    try:
                        self._engine.remove_image(tag)
                    except NotFoundError:
                        continue
                    except EngineError as error:
                        log.warning("kept_image_not_released", extra={"tag": tag, "reason": error.message})

    def bring_back(
        self, images: Mapping[str, ReleaseImage], credentials: tuple[Credentials, ...] = ()
    ) -> list[str]:
        """Make the references of a release stand for its images again; return which had to be pulled.

        Raises:
            NotFoundError: `release_image_gone`: an image is neither here nor to be had by a digest.
            EngineError: `registry_unreachable`, `registry_denied`.
        """
        pulled = []
        for service, image in images.items():
            if not self._has(image.id):
                self._pull(service, image, credentials)
                pulled.append(image.reference)
            if "@" not in image.reference and self._id_of(image.reference) != image.id:
                self._engine.tag(image.id, image.reference)
        return pulled

    def _pull(self, service: str, image: ReleaseImage, credentials: tuple[Credentials, ...]) -> None:
        if not image.digest:
            message = (
                f"The image of {service!r} was built here, and is here no more; deploy the release's files "
                "instead."
            )
            raise NotFoundError(message, code="release_image_gone")
        host = image.digest.partition("/")[0]
        known = next((it for it in credentials if it.registry == host), None)
        with self._engine.pull(image.digest, credentials=known) as progress:
            for _ in progress:
                continue

    def _has(self, image_id: str) -> bool:
        return self._id_of(image_id) == image_id

    def _id_of(self, reference: str) -> str:
        try:
            return self._engine.image(reference).id
        except NotFoundError:
            return ""


def reference_of(project: Project, service: str) -> str:
    """Return the reference of a service's image; one that is built has a name of Compose's where it has none.

    Source: Docker Compose, `PROJECT-SERVICE`.
    """
    found = project.services[service]
    return found.image or (f"{project.name}-{service}" if found.build is not None else "")


def kept_tag(app: App, number: int, service: str) -> str:
    """Return the tag that keeps the image of a service of a release."""
    return f"{KEPT}/{app.id}:r{number}-{hashlib.sha256(service.encode()).hexdigest()[:12]}"
