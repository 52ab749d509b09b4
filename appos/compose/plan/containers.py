"""Containers: which Compose would create, recreate, start, restart, remove or leave.

Source: docker/compose v5.5.0, its reconciliation, and experiments with it.
"""

from collections.abc import Iterable

import msgspec

from appos.compose.actual import Actual, Container
from appos.compose.model import Service
from appos.compose.path import joined
from appos.compose.plan.actions import Kind, Note, Reason
from appos.compose.plan.changes import changes
from appos.compose.plan.images import Images
from appos.compose.plan.infrastructure import Infrastructure, in_order
from appos.compose.plan.wanted import Wanted, image_name


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one container; `container` is the one that is there, if any.

    With `inherits` a new container takes over the anonymous volumes of the one that it replaces.
    """

    kind: Kind
    service: str
    number: int
    name: str
    container: Container | None = None
    reasons: tuple[Reason, ...] = ()
    certain: bool = True
    inherits: bool = True


class Containers(msgspec.Struct, kw_only=True):
    """What becomes of all containers, in the order of dependencies."""

    steps: list[Step] = []
    obstacles: list[Note] = []
    warnings: list[Note] = []


def containers(wanted: Wanted, actual: Actual, around: Infrastructure, pictures: Images) -> Containers:
    """Plan every container of the project; those of no service come last."""
    planner = _Planner(wanted, actual, around, pictures)
    for name in in_order(wanted.model.project):
        planner.visit(name)
    return planner.finished()


class _Planner:
    """Goes through the services, each behind its dependencies, as Compose does."""

    def __init__(self, wanted: Wanted, actual: Actual, around: Infrastructure, pictures: Images) -> None:
        self._wanted = wanted
        self._project = wanted.model.project
        self._actual = actual
        self._around = around
        self._images = pictures
        self._found = Containers()
        # Services with a container that is made anew, and whether that is certain.
        self._recreated: dict[str, bool] = {}
        self._stops = {name: list(reasons) for name, reasons in around.restarted.items()}
        self._unsure_stops: dict[str, list[Reason]] = {}

    def visit(self, name: str) -> None:
        """Decide on the containers of one service."""
        service = self._project.services[name]
        if service.provider is not None:
            return
        own = [one for one in self._actual.containers if one.service == name and not one.one_off]
        if name in self._around.emptied:
            self._empty(name, own)
            return
        judged = {one.id: self._judge(name, service, one) for one in own}
        # Those that are up to date come first, then lower numbers: what is too many is at the end.
        own.sort(key=lambda one: (_is_certain(judged[one.id]), one.number, one.created))
        for one in own[service.replicas :]:
            self._remove(name, one, service.replicas, len(own))
        for one in own[: service.replicas]:
            self._settle(name, one, judged[one.id])
        highest = max((one.number for one in own), default=0)
        missing = range(highest + 1, highest + 1 + service.replicas - len(own))
        self._create(name, missing, len(own))

    def finished(self) -> Containers:
        """Add what is known only at the end: restarts by what is recreated, and orphans."""
        steps = [self._restarted(step) for step in self._found.steps]
        self._found.steps = steps
        for step in steps:
            self._check(step)
        self._orphans()
        return self._found

    def _judge(self, name: str, service: Service, one: Container) -> list[tuple[Reason, bool]]:
        """Return why a container is made anew, and for each reason whether it is certain."""
        if self._wanted.options.force_recreate:
            return [(Reason(path=joined("services", name), text="asked for"), True)]
        reasons = [*self._parents(name, service), *self._image(name, service, one)]
        if one.config_hash != self._wanted.hashes.get(name, ""):
            found = changes(self._wanted.model, name, one, self._actual)
            text = "Docker Compose says that its configuration changed"
            reasons += [(reason, True) for reason in found]
            if not found and not reasons:
                reasons.append((Reason(path=joined("services", name), text=text), True))
        elif not _is_certain(reasons):
            reasons += self._attached(name, service, one)
        return reasons

    def _parents(self, name: str, service: Service) -> list[tuple[Reason, bool]]:
        """Return for what it shares with containers that are made anew."""
        shared = [(key, getattr(service, key)) for key in ("network_mode", "ipc", "pid")]
        parents = [
            (key, value.removeprefix("service:")) for key, value in shared if value.startswith("service:")
        ]
        parents += [("volumes_from", entry.split(":", 1)[0]) for entry in service.volumes_from or ()]
        return [
            (
                Reason(
                    path=joined("services", name, key), text=f"it shares that of {parent}, which is recreated"
                ),
                self._recreated[parent],
            )
            for key, parent in parents
            if parent in self._recreated
        ]

    def _image(self, name: str, service: Service, one: Container) -> list[tuple[Reason, bool]]:
        """Return whether its image is another one now, or would be after a pull or a build."""
        reference = image_name(self._project.name, name, service)
        path = joined("services", name, "image")
        if reference in self._images.changing:
            reason, certain = self._images.changing[reference]
            return [(reason, certain)]
        image = self._images.present.get(reference)
        now = image.id if image is not None else ""
        found: list[tuple[Reason, bool]] = []
        if one.image_hash != now:
            text = f"another image is behind {reference}"
            found.append((Reason(path=path, text=text, before=one.image_hash, after=now), image is not None))
        if one.image_volumes != self._image_volumes(service):
            text = "an image that it mounts is another one"
            found.append((Reason(path=joined("services", name, "volumes"), text=text), True))
        return found

    def _image_volumes(self, service: Service) -> str:
        """Return what Compose writes on a container of the images that it mounts."""
        found = []
        for mount in service.volumes or ():
            source = self._project.services.get(mount.source)
            reference = image_name(self._project.name, mount.source, source) if source else mount.source
            if mount.type == "image" and reference in self._images.present:
                found.append(f"{mount.target}={self._images.present[reference].id}")
        return ",".join(sorted(found))

    def _attached(self, name: str, service: Service, one: Container) -> Iterable[tuple[Reason, bool]]:
        """Return which networks and volumes it lacks, though its configuration is the same."""
        for key in sorted(service.networks or {}):
            there = self._around.networks.get(key)
            if one.state == "running" and there is not None and there not in one.networks:
                text = f"it is not on the network {there}"
                yield Reason(path=joined("services", name, "networks", key), text=text), True
        mounted = {mount.source for mount in one.mounts if mount.type == "volume"}
        for index, mount in enumerate(service.volumes or ()):
            there = self._around.volumes.get(mount.source) if mount.type == "volume" else None
            if there is not None and there not in mounted:
                text = f"the volume {there} is not mounted"
                yield Reason(path=joined("services", name, "volumes", index), text=text), True

    def _empty(self, name: str, own: list[Container]) -> None:
        """Remove all containers of a service whose volume is made anew, and create as many as are wanted."""
        self._recreated[name] = True
        reasons = tuple(self._around.emptied[name])
        there = {one.number: one for one in own}
        service = self._project.services[name]
        for number in sorted({*there, *range(1, service.replicas + 1)}):
            kind = Kind.RECREATE if number in there else Kind.CREATE
            if number > service.replicas:
                kind = Kind.REMOVE
            self._add(kind, name, number, there.get(number), reasons, inherits=False)

    def _remove(self, name: str, one: Container, wanted: int, actual: int) -> None:
        text = "fewer containers"
        path = joined("services", name, "scale")
        reason = Reason(path=path, text=text, before=str(actual), after=str(wanted))
        self._add(Kind.REMOVE, name, one.number, one, (reason,))

    def _create(self, name: str, numbers: range, actual: int) -> None:
        path = joined("services", name)
        reason = Reason(path=path, text="not there yet")
        if actual:
            total = self._project.services[name].replicas
            text = "more containers"
            reason = Reason(path=f"{path}.scale", text=text, before=str(actual), after=str(total))
        for number in numbers:
            self._add(Kind.CREATE, name, number, None, (reason,))

    def _settle(self, name: str, one: Container, judged: list[tuple[Reason, bool]]) -> None:
        """Make a container anew, start it, or leave it."""
        reasons = tuple(reason for reason, _ in judged)
        if not reasons:
            stopped = one.state in ("exited", "created")
            kind = Kind.START if stopped else Kind.UNTOUCHED
            state = Reason(path=joined("services", name), text=f"it is {one.state}")
            self._add(kind, name, one.number, one, (state,) if stopped else ())
            return
        certain = _is_certain(judged)
        self._recreated[name] = self._recreated.get(name, False) or certain
        stops = self._stops if certain else self._unsure_stops
        for dependent, other in self._project.services.items():
            dependency = (other.depends_on or {}).get(name)
            if dependency is not None and dependency.restart:
                path = joined("services", dependent, "depends_on", name)
                reason = Reason(path=path, text=f"it depends on {name}, which is recreated")
                if reason not in stops.setdefault(dependent, []):
                    stops[dependent].append(reason)
        self._add(Kind.RECREATE, name, one.number, one, reasons, certain=certain)

    def _restarted(self, step: Step) -> Step:
        """Let what would be left be restarted if Compose stops it on the way."""
        if step.kind is not Kind.UNTOUCHED or step.container is None:
            return step
        for stops, certain in ((self._stops, True), (self._unsure_stops, False)):
            if step.service in stops:
                return msgspec.structs.replace(
                    step, kind=Kind.RESTART, reasons=tuple(stops[step.service]), certain=certain
                )
        return step

    def _check(self, step: Step) -> None:
        """Say which containers Compose cannot start."""
        one = step.container
        if step.kind is not Kind.UNTOUCHED or one is None or one.state not in ("paused", "dead", "removing"):
            return
        cure = "unpause it first" if one.state == "paused" else "remove it first"
        text = f"The container {one.name} is {one.state}, and Docker Compose cannot start it: {cure}."
        # What the engine is removing is waited for.
        mended = one.state == "removing"
        self._found.obstacles.append(Note(path=joined("services", step.service), text=text, mended=mended))

    def _orphans(self) -> None:
        """Remove containers of services that are no more, if that is asked for."""
        known = {*self._project.services, *self._wanted.disabled}
        for one in sorted(self._actual.containers, key=lambda one: one.name):
            ended = one.state in ("exited", "dead")
            if (one.one_off and not ended) or (not one.one_off and one.service in known):
                continue
            path = joined("services", one.service)
            if self._wanted.options.remove_orphans:
                text = "a run that has ended" if one.one_off else "its service is no longer in the files"
                self._add(Kind.REMOVE, one.service, one.number, one, (Reason(path=path, text=text),))
            elif not one.one_off:
                text = f"The container {one.name} stays, though its service is no longer in the files."
                self._found.warnings.append(Note(path=path, text=text))

    def _add(
        self,
        kind: Kind,
        service: str,
        number: int,
        container: Container | None,
        reasons: tuple[Reason, ...] = (),
        *,
        certain: bool = True,
        inherits: bool = True,
    ) -> None:
        if container is not None and kind is not Kind.RECREATE:
            name = container.name
        else:
            named = self._project.services[service].container_name
            name = named or f"{self._project.name}-{service}-{number}"
        self._found.steps.append(
            Step(
                kind=kind,
                service=service,
                number=number,
                name=name,
                container=container,
                reasons=reasons,
                certain=certain,
                inherits=inherits,
            )
        )


def _is_certain(judged: list[tuple[Reason, bool]]) -> bool:
    return any(certain for _, certain in judged)
