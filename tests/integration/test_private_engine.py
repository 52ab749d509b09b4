"""The engine of the tests: what it takes of the machine it gives back."""

import ipaddress
import json
import subprocess
from pathlib import Path

from tests.engine_daemon import PATH, PrivateEngine, engine_answers, running_engine
from tests.engine_images import client_of, load_tiny_image
from tests.serving import members


def taken(engine: PrivateEngine) -> list[str]:
    """What the machine has of an engine: addresses of bridges, rules of the firewall, mounts, files."""
    links = json.loads(printed("ip", "-json", "-4", "address", "show"))
    addresses = [address["local"] for link in links for address in link.get("addr_info", ())]
    found = [address for address in addresses if ipaddress.IPv4Address(address) in engine.subnet]
    found += [line for line in printed("iptables", "--list-rules").splitlines() if str(engine.subnet) in line]
    found += [line for line in Path("/proc/mounts").read_text().splitlines() if str(engine.folder) in line]
    return found + [str(path) for path in (engine.folder,) if path.exists()]


def printed(*command: str) -> str:
    return subprocess.run(command, env={"PATH": PATH}, capture_output=True, text=True, check=True).stdout


def test_an_engine_leaves_nothing_behind() -> None:
    with running_engine() as engine:
        image = load_tiny_image(engine.host)
        with client_of(engine.host) as client:
            network = client.networks.create("left")
            client.containers.run(image, ["sleep", "1000"], detach=True, network=network.name)
        assert engine_answers(engine.host)
        assert len(taken(engine)) > 4
        session = engine.pid
    assert taken(engine) == []
    assert members(session) == []
