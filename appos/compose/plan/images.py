"""Images: which are pulled or built first, and whether that can bring another one.

Source: docker/compose v5.5.0, `mustPull` and the building of images before `up`.
"""

import re

import msgspec

from appos.compose.actual import Actual, Image
from appos.compose.model import Service
from appos.compose.path import joined
from appos.compose.plan.actions import Action, Kind, Note, Reason, Target
from appos.compose.plan.wanted import Wanted, image_name

DAY = 86_400.0
_IF_OLDER = "pulled if it is older than that"
_UNITS = {"w": 7 * DAY, "d": DAY, "h": 3600.0, "m": 60.0, "s": 1.0}


class Images(msgspec.Struct, kw_only=True):
    """What becomes of images.

    `changing` holds for each reference why containers would be made anew: a reason, and whether that is
    certain. `present` are the images that the engine has, by reference.
    """

    actions: list[Action] = []
    obstacles: list[Note] = []
    present: dict[str, Image] = {}
    changing: dict[str, tuple[Reason, bool]] = {}


def images(wanted: Wanted, actual: Actual) -> Images:
    """Plan what is pulled and what is built; each reference once, for the first service that has it."""
    found = Images(present=dict(actual.images))
    project = wanted.model.project
    done: set[str] = set()
    for name, service in sorted(project.services.items()):
        reference = image_name(project.name, name, service)
        if service.provider is not None or reference in done:
            continue
        done.add(reference)
        _image(found, name, reference, service, wanted)
    return found


def _image(found: Images, name: str, reference: str, service: Service, wanted: Wanted) -> None:
    image = found.present.get(reference)
    asked = wanted.options.pull
    policy = (service.pull_policy or "missing") if asked == "policy" else asked
    path = joined("services", name, "image" if service.image else "build")
    built = _why_build(service, wanted)
    if built:
        found.actions.append(_action(Kind.BUILD, reference, path, built))
        found.changing[reference] = (Reason(path=path, text="its image is built again"), False)
        return
    pulled = _why_pull(policy, image) if service.image else ""
    if pulled:
        found.actions.append(_action(Kind.PULL, reference, path, pulled, certain=_IF_OLDER not in pulled))
    if image is not None:
        if pulled:
            _pulled_again(found, path, reference, image)
    elif service.build is not None:
        why = "if it cannot be pulled" if pulled else "not built yet"
        found.actions.append(_action(Kind.BUILD, reference, path, why, certain=not pulled))
        found.changing[reference] = (Reason(path=path, text="its image is not here yet"), False)
    elif not pulled:
        text = f"The image {reference} is not here, and pull_policy {policy} does not let it be pulled."
        found.obstacles.append(Note(path=path, text=text))


def _pulled_again(found: Images, path: str, reference: str, image: Image) -> None:
    """Say whether a pull brings another image than the one that is here."""
    new = image.registry_digest
    if new and new in image.digests:
        return
    old = image.digests[0] if image.digests else image.id
    text = "the registry has another image" if new else "the registry may have another image"
    reason = Reason(path=path, text=text, before=old if new else "", after=new)
    found.changing[reference] = (reason, bool(new))


def _why_build(service: Service, wanted: Wanted) -> str:
    """Return why an image is built whether or not it could be pulled, "" if it is not."""
    if service.build is None:
        return ""
    if wanted.options.build:
        return "asked for"
    if service.pull_policy == "build":
        return "pull_policy is build"
    return ""


def _why_pull(policy: str, image: Image | None) -> str:
    """Return why an image is pulled, "" if it is not."""
    if policy in ("never", "build"):
        return ""
    if policy == "always":
        return "pull_policy is always"
    if image is None:
        return "not here yet"
    limit = _refresh_seconds(policy)
    if limit is None:
        return ""
    if image.tagged_seconds is None:
        return f"pull_policy is {policy}: {_IF_OLDER}"
    return f"pull_policy is {policy}, and it is older" if image.tagged_seconds > limit else ""


def _refresh_seconds(policy: str) -> float | None:
    """Return how old an image may be: `daily`, `weekly`, or `every_` and an amount, such as `every_1h30m`."""
    if policy in ("daily", "weekly"):
        return DAY if policy == "daily" else 7 * DAY
    if not policy.startswith("every_"):
        return None
    amounts = re.findall(r"(\d+)([wdhms])", policy)
    return sum(float(amount) * _UNITS[unit] for amount, unit in amounts) or None


def _action(kind: Kind, reference: str, path: str, why: str, *, certain: bool = True) -> Action:
    reasons = (Reason(path=path, text=why),)
    return Action(
        kind=kind, target=Target.IMAGE, name=reference, resource=reference, reasons=reasons, certain=certain
    )
