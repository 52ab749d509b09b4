"""What every engine keeps about images, registries, volumes, networks and the disk, real and fake alike."""

from functools import partial

import pytest

from appos.engine.docker import DockerEngine
from appos.engine.models import Credentials, Prunable
from appos.errors import ConflictError, EngineError, InvalidError, NotFoundError
from tests.engine_images import client_of
from tests.integration.engine_sites import LABELS, Site, code_of

NAME = "contract-web"


def test_an_image_is_inspected(site: Site) -> None:
    image = site.engine.image(site.image)
    assert site.image in image.tags
    assert (image.os, image.architecture) == ("linux", "amd64")
    assert site.engine.image(image.id) == image
    assert image.id in {one.id for one in site.engine.images()}
    assert code_of(NotFoundError, lambda: site.engine.image("contract-nothing:1")) == "image_not_found"
    assert code_of(InvalidError, lambda: site.engine.image("Not an image")) == "engine_invalid"


def test_an_image_is_tagged_and_a_tag_removed(site: Site) -> None:
    site.engine.tag(site.image, "contract-tag:2")
    assert site.engine.image("contract-tag:2").id == site.engine.image(site.image).id
    site.engine.remove_image("contract-tag:2")
    assert code_of(NotFoundError, lambda: site.engine.image("contract-tag:2")) == "image_not_found"
    assert code_of(NotFoundError, lambda: site.engine.remove_image("contract-tag:2")) == "image_not_found"
    assert code_of(NotFoundError, lambda: site.engine.tag("contract-tag:2", "x:1")) == "image_not_found"


def test_an_image_that_a_container_uses_stays(site: Site) -> None:
    site.run(NAME)
    assert code_of(ConflictError, lambda: site.engine.remove_image(site.image)) == "in_use"


def test_an_image_is_pulled(site: Site) -> None:
    promised = site.engine.distribution(site.public)
    assert "linux/amd64" in promised.platforms
    with site.engine.pull(site.public) as progress:
        told = list(progress)
    assert told[0].layer == ""
    sized = [step for step in told if step.layer and step.total_bytes]
    assert sized
    assert all(0 < step.current_bytes <= step.total_bytes for step in sized)
    repository = site.public.rpartition(":")[0]
    assert site.engine.image(site.public).digests == (f"{repository}@{promised.digest}",)


def test_what_a_registry_does_not_give_has_a_code(site: Site) -> None:
    engine, away = site.engine, f"{site.unreachable}/x:1"
    wrong = Credentials(registry=site.credentials.registry, username="carol", password="wrong-Quartz-1")
    for kind, code, ref, credentials in (
        (NotFoundError, "image_not_found", site.missing, None),
        (EngineError, "registry_unreachable", away, None),
        (EngineError, "registry_denied", site.private, None),
        (EngineError, "registry_denied", site.private, wrong),
    ):
        with pytest.raises(kind) as caught:
            engine.distribution(ref, credentials=credentials)
        assert caught.value.code == code, ref
        assert wrong.password not in caught.value.message
        with engine.pull(ref, credentials=credentials) as progress, pytest.raises(kind) as caught:
            list(progress)
        assert caught.value.code == code, ref
        assert wrong.password not in caught.value.message
    assert code_of(EngineError, lambda: engine.check_credentials(wrong)) == "registry_denied"


def test_credentials_open_a_registry(site: Site) -> None:
    site.engine.check_credentials(site.credentials)
    promised = site.engine.distribution(site.private, credentials=site.credentials)
    list(site.engine.pull(site.private, credentials=site.credentials))
    assert site.engine.image(site.private).digests[0].endswith(promised.digest)
    away = Credentials(registry=site.unreachable, username="carol", password="x")
    assert code_of(EngineError, lambda: site.engine.check_credentials(away)) == "registry_unreachable"


def test_volumes_are_made_and_removed(site: Site) -> None:
    made = site.engine.create_volume("contract-data", labels={**LABELS, "kind": "data"})
    assert (made.name, made.driver) == ("contract-data", "local")
    assert site.engine.create_volume("contract-data").created == made.created
    assert site.engine.volume("contract-data").labels == {**LABELS, "kind": "data"}
    assert [one.name for one in site.engine.volumes(labels={"kind": "data"})] == ["contract-data"]
    web = site.run(NAME, volumes={"/data": "contract-data"})
    assert code_of(ConflictError, lambda: site.engine.remove_volume("contract-data")) == "in_use"
    site.engine.remove_container(web, force=True)
    site.engine.remove_volume("contract-data")
    for ask in (site.engine.volume, site.engine.remove_volume):
        assert code_of(NotFoundError, partial(ask, "contract-data")) == "volume_not_found"


def test_networks_are_made_joined_and_removed(site: Site) -> None:
    engine = site.engine
    made = engine.create_network("contract-net", labels=LABELS, internal=True)
    assert (made.name, made.driver, made.internal, made.labels) == ("contract-net", "bridge", True, LABELS)
    assert made.subnets
    assert [one.id for one in engine.networks(labels=LABELS)] == [made.id]
    assert code_of(ConflictError, lambda: engine.create_network("contract-net")) == "conflict"
    web = site.run(NAME, network="contract-net")
    assert engine.network("contract-net").containers == (web,)
    assert engine.container(web).networks == ("contract-net",)
    assert code_of(ConflictError, lambda: engine.connect(made.id, web)) == "conflict"
    assert code_of(ConflictError, lambda: engine.remove_network("contract-net")) == "in_use"
    engine.disconnect("contract-net", web)
    assert engine.network(made.id).containers == ()
    assert code_of(ConflictError, lambda: engine.disconnect("contract-net", web)) == "conflict"
    engine.connect("contract-net", web, aliases=["www"])
    assert engine.network(made.id).containers == (web,)
    engine.remove_container(web, force=True)
    engine.remove_network("contract-net")
    for ask in (engine.network, engine.remove_network, lambda name: engine.connect(name, site.run(NAME))):
        assert code_of(NotFoundError, partial(ask, "contract-net")) == "network_not_found"
    assert code_of(ConflictError, lambda: engine.remove_network("bridge")) == "conflict"


def test_the_disk_is_measured(site: Site) -> None:
    site.engine.create_volume("contract-data", labels=LABELS)
    site.run(NAME)
    usage = site.engine.disk_usage()
    assert usage.images.count >= 1
    assert usage.containers.count >= usage.containers.active >= 1
    assert usage.volumes.count >= 1
    assert "contract-data" in usage.volume_bytes


def test_what_is_unused_is_pruned_by_its_labels(site: Site) -> None:
    engine, labels = site.engine, {**LABELS, "prune": "yes"}
    stopped = site.run("contract-stopped", labels={"prune": "yes"}, starts=False)
    kept = site.run("contract-kept", starts=False)
    engine.create_network("contract-net", labels=labels)
    engine.create_volume("contract-data", labels=labels)
    assert engine.prune(Prunable.CONTAINERS, labels=labels).removed == (stopped,)
    assert engine.container(kept).state == "created"
    assert engine.prune(Prunable.NETWORKS, labels=labels).removed == ("contract-net",)
    assert engine.prune(Prunable.VOLUMES, labels=labels).removed == ()
    assert engine.prune(Prunable.VOLUMES, labels=labels, all=True).removed == ("contract-data",)
    assert engine.prune(Prunable.IMAGES, labels=labels, all=True).removed == ()


def test_images_without_a_tag_and_the_build_cache_are_pruned(engine_host: str, tiny_image: str) -> None:
    labels = {**LABELS, "prune": "images"}
    engine = DockerEngine(engine_host)
    with client_of(engine_host) as client:
        container = client.containers.create(tiny_image, ["true"], network="none")
        changes = [f"LABEL {name}={value}" for name, value in labels.items()]
        untagged = container.commit(changes="\n".join(changes))
        tagged = container.commit("contract-kept", "1", changes="\n".join(changes))
        container.remove()
    assert engine.image(untagged.id).labels == labels
    assert untagged.id in engine.prune(Prunable.IMAGES, labels=labels).removed
    with pytest.raises(NotFoundError):
        engine.image(untagged.id)
    assert engine.image("contract-kept:1").id == tagged.id
    assert tagged.id in engine.prune(Prunable.IMAGES, labels=labels, all=True).removed
    assert engine.prune(Prunable.BUILD_CACHE, all=True).reclaimed_bytes >= 0
    engine.close()
