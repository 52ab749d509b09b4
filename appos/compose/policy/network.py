"""Which networks a project is on."""

from collections.abc import Iterator

from appos.compose.model import Network, Project
from appos.compose.path import Part
from appos.compose.policy.models import Offence, Rule

_DRIVERS = ("", "bridge", "overlay", "none")
# Joins a bridge that the host already has. Source: the engine's bridge driver.
_BRIDGE = "com.docker.network.bridge.name"


def network_offences(project: Project) -> Iterator[Offence]:
    """Yield networks that are not the project's own, or are the host's."""
    for name, network in project.networks.items():
        yield from _network(("networks", name), network, f"{project.name}_{name}")


def _network(at: tuple[Part, ...], network: Network, own_name: str) -> Iterator[Offence]:
    """Yield what a network connects an app with."""
    name = network.name or own_name
    if "host" in (name, network.driver):
        yield Offence(Rule.HOST_NETWORK, at, "The network host")
        return
    if network.external or name != own_name:
        yield Offence(Rule.EXTERNAL_NETWORK, at, f"The network {name}")
    if network.driver not in _DRIVERS:
        yield Offence(Rule.NETWORK_DRIVER, (*at, "driver"), f"The network driver {network.driver}")
    elif _BRIDGE in (network.driver_opts or {}):
        yield Offence(Rule.NETWORK_DRIVER, (*at, "driver_opts", _BRIDGE), f"`{_BRIDGE}`")
