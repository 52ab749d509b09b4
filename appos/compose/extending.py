"""Services that extend others, of the same file or of another.

Source: Compose Specification, "extends".
"""

from pathlib import Path
from typing import TYPE_CHECKING

from appos.compose.around import Around
from appos.compose.diagnosis.report import Report
from appos.compose.diagnosis.words import did_you_mean
from appos.compose.merging import CannotMergeError, merged
from appos.compose.nodes import MapNode, Node, entry, named, text
from appos.compose.path import joined

if TYPE_CHECKING:
    from appos.compose.layers import Layers

_Step = tuple[Path, str]


class Extending:
    """Extends the services of one file."""

    def __init__(self, report: Report, layers: "Layers") -> None:
        self._report = report
        self._layers = layers

    def run(self, layer: MapNode, file: Path, around: Around) -> None:
        """Replace every service that extends another by what it then is."""
        services = layer.entries.get("services")
        if not isinstance(services, MapNode):
            return
        for name in list(services.entries):
            services.entries[name] = self._extended(name, services, file, around, ())

    def _extended(
        self, name: str, services: MapNode, file: Path, around: Around, steps: tuple[_Step, ...]
    ) -> Node:
        """Return a service with what it extends under it."""
        service = services.entries[name]
        extends = entry(service, "extends")
        wanted = text(extends) or text(entry(extends, "service"))
        # One that names no service stays, for the check of its form.
        if extends is None or not wanted or not isinstance(service, MapNode):
            return service
        own = MapNode(
            service.place,
            {key: value for key, value in service.entries.items() if key != "extends"},
            service.keys,
        )
        path = joined("services", name, "extends")
        if (file, name) in steps:
            self._report.error(
                "extends_cycle",
                f"The service {name!r} extends itself{_route(steps, name)}.",
                "Take one of these `extends` out.",
                path=path,
                place=service.keys["extends"],
            )
            return own
        base = self._base(name, wanted, services, extends, file, around, (*steps, (file, name)))
        if base is None:
            return own
        try:
            return merged(base, own, ("services", name))
        except CannotMergeError as error:
            self._report.error(
                "cannot_override",
                f"{joined(*error.path)} is {named(error.node)} here, and something else in what it extends.",
                "Write it in the same form in both services.",
                path=joined(*error.path),
                place=error.node.place,
            )
            return own

    def _base(
        self,
        name: str,
        wanted: str,
        services: MapNode,
        extends: Node,
        file: Path,
        around: Around,
        steps: tuple[_Step, ...],
    ) -> Node | None:
        """Return the service that a service extends."""
        other = text(entry(extends, "file"))
        if other is not None:
            path = joined("services", name, "extends", "file")
            file = around.directory / other
            around = Around(file.parent, around.variables, around.parents)
            layer = self._layers.plain(file, around, (path, extends.place))
            if layer is None:
                return None
            found = layer.entries.get("services")
            services = found if isinstance(found, MapNode) else MapNode(layer.place, {}, {})
        if wanted not in services.entries:
            self._missing(name, wanted, services, extends, other)
            return None
        return self._extended(wanted, services, file, around, steps)

    def _missing(self, name: str, wanted: str, services: MapNode, extends: Node, other: str | None) -> None:
        where = f"the file {other!r} has no service" if other else "there is no service"
        self._report.error(
            "service_undefined",
            f"The service {name!r} extends {wanted!r}, but {where} of that name.",
            did_you_mean(wanted, services.entries) or f"Define {wanted!r}, or take `extends` out.",
            path=joined("services", name, "extends"),
            place=extends.place,
        )


def _route(steps: tuple[_Step, ...], name: str) -> str:
    others = ", ".join(repr(each) for _, each in steps if each != name)
    return f", over {others}" if others else ""
