"""Whether the images of a project can be had, and run here."""

import re
from collections.abc import Iterator

from appos.compose.model import Project, Service
from appos.compose.models import Finding, Severity
from appos.compose.path import joined
from appos.compose.preflight.facts import Facts, ImageFact, ImageProblem

# A reference ends with a tag or a digest; a colon before the last slash is that of a port.
# Source: OCI Distribution Specification, "Pulling manifests"; distribution/reference.
_TAG = re.compile(r":(?P<tag>[\w][\w.-]{0,127})$", re.ASCII)
MOVING = frozenset(("latest", "stable", "edge", "main", "master", "nightly", "dev", "beta", "rolling"))

_PROBLEMS = {
    ImageProblem.NOT_FOUND: (
        'The registry has no image "{image}", and this host has none either.',
        "Correct the name or the tag.",
    ),
    ImageProblem.DENIED: (
        'The registry does not give out "{image}": it does not exist, or needs an account.',
        "Correct the name, or sign in to the registry.",
    ),
    ImageProblem.UNREACHABLE: (
        'The registry of "{image}" does not answer.',
        "Correct the name of the registry, or try again when it can be reached.",
    ),
}


def image_findings(project: Project, facts: Facts) -> Iterator[Finding]:
    """Find images that are not to be had, are made for another processor, or may change under the app."""
    for name, service in project.services.items():
        if not service.image:
            continue
        path = joined("services", name, "image")
        if service.build is None:
            yield from _availability(path, service, facts.images.get(service.image, ImageFact()), facts)
        yield from _tag(path, service)


def _availability(path: str, service: Service, fact: ImageFact, facts: Facts) -> Iterator[Finding]:
    if fact.problem is not None:
        message, fix = _PROBLEMS[fact.problem]
        # What Compose would ask for again is not needed where the engine has it.
        severity = Severity.WARNING if fact.local is not None else Severity.ERROR
        yield Finding(
            severity=severity,
            code=fact.problem,
            path=path,
            message=message.format(image=service.image),
            fix=fix,
        )
        return
    wanted = service.platform or facts.platform
    offered = (fact.local.platform,) if fact.local is not None else fact.platforms
    if wanted and offered and not any(fits(wanted, platform) for platform in offered):
        yield Finding(
            severity=Severity.ERROR,
            code="image_platform",
            path=path,
            message=f'The image "{service.image}" is made for {" and ".join(offered)}, not for {wanted}.',
            fix="Take an image or a tag that is made for this processor.",
        )


def fits(wanted: str, offered: str) -> bool:
    """Whether an image for a platform runs where another is wanted: `linux/arm64` takes `linux/arm64/v8`.

    Source: OCI Image Specification, Image Index, platform.
    """
    want, offer = (_aliased(platform).split("/") for platform in (wanted, offered))
    return all(one == other for one, other in zip(want, offer, strict=False))


def _aliased(platform: str) -> str:
    parts = platform.split("/")
    if len(parts) == 1:
        parts.insert(0, "linux")
    parts[1] = {"x86_64": "amd64", "aarch64": "arm64", "armhf": "arm", "i386": "386"}.get(parts[1], parts[1])
    return "/".join(parts)


def _tag(path: str, service: Service) -> Iterator[Finding]:
    if service.build is not None or "@" in service.image:
        return
    tag = _TAG.search(service.image.rpartition("/")[2])
    if tag is None or tag["tag"] in MOVING:
        said = f'the tag "{tag["tag"]}"' if tag else "no tag, which means latest"
        yield Finding(
            severity=Severity.INFO,
            code="image_unpinned",
            path=path,
            message=f'The image "{service.image}" has {said}: what it is may change with every pull.',
            fix="Name a version as its tag, such as the one that is tested.",
        )
