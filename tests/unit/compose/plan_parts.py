"""What tests of plans are made of: what is wanted, and what is there."""

from typing import Any

from appos.compose.actual import Actual, Container, Image, Mount, Network, Volume
from appos.compose.model import model_of
from appos.compose.plan import Options, Plan, Target, Wanted
from appos.compose.plan.wanted import file_hash

HASH = "h1"
IMAGE = "sha256:one"


def wanted(services: dict[str, Any], options: Options | None = None, **rest: Any) -> Wanted:
    """A project of these services, whose hashes are all the same unless others are given."""
    hashes = rest.pop("hashes", {})
    disabled = rest.pop("disabled", frozenset())
    complete = {name: {"image": "web:1", **service} for name, service in services.items()}
    raw = {"name": "shop", "services": complete, **rest}
    return Wanted(
        model=model_of(raw),
        hashes={name: hashes.get(name, HASH) for name in services},
        options=options or Options(),
        disabled=disabled,
    )


def container(service: str = "web", number: int = 1, **rest: Any) -> Container:
    """A container that is up to date and runs."""
    given: dict[str, Any] = {
        "id": f"id-{service}-{number}",
        "name": f"shop-{service}-{number}",
        "state": "running",
        "image": "web:1",
        "image_id": IMAGE,
        "config_hash": HASH,
        "image_hash": IMAGE,
        **rest,
    }
    return Container(service=service, number=number, **given)


def actual(*containers: Container, **rest: Any) -> Actual:
    """An engine that has the image, and these containers."""
    image = Image(id=IMAGE, digests=("sha256:remote",))
    return Actual(containers=containers, **{"images": {"web:1": image, IMAGE: image}, **rest})


def kinds(said: Plan) -> dict[str, str]:
    """What is done to containers, by `service-number`."""
    return {
        f"{action.name}-{action.number}": action.kind.value
        for action in said.actions
        if action.target is Target.SERVICE
    }


def reasons(said: Plan, name: str = "web") -> set[str]:
    return {reason.path for action in said.actions if action.name == name for reason in action.reasons}


RESTARTS = {"depends_on": {"web": {"condition": "service_started", "restart": True}}}
WAITS = {"depends_on": {"web": {"condition": "service_started"}}}


NETWORKS: dict[str, Any] = {"front": {"name": "shop_front", "ipam": {}}}
ON_FRONT = {"networks": {"front": None}}


def front(**rest: Any) -> Network:
    given = {"name": "shop_front", "key": "front", "project": "shop", "driver": "bridge", **rest}
    return Network(**{"config_hash": file_hash(NETWORKS["front"]), **given})


VOLUMES: dict[str, Any] = {"data": {"name": "shop_data"}}
MOUNTED = {"volumes": [{"type": "volume", "source": "data", "target": "/data"}]}
DATA = Mount(type="volume", source="shop_data", target="/data")
NAMELESS = Mount(type="volume", source="0" * 64, target="/tmp/x", anonymous=True)


def data(**rest: Any) -> Volume:
    given = {"name": "shop_data", "key": "data", "project": "shop", "driver": "local", **rest}
    return Volume(**{"config_hash": file_hash(VOLUMES["data"], is_volume=True), **given})
