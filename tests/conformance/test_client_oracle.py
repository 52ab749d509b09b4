"""The official JavaScript client sees the same of AppOS as of the real PocketBase.

Each script in `client/` is one area of the client. It runs on both with the same input and prints the steps
that it took: what a call answered, or how it failed, with ids, times and tokens replaced by words. With
CONFORMANCE_PEER=pocketbase a second PocketBase stands in AppOS's place.
"""

import difflib
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import pocketbase
from tests.conformance.conftest import COUNTS
from tests.conformance.mailbox import receiving
from tests.conformance.peers import Account, Peer
from tests.conformance.side_by_side import Peers, running_both, running_twice
from tests.serving import ROOT

SOURCES = Path(__file__).parent / "client"
INSTALL_SECONDS = 110
RUN_SECONDS = 100
IS_TWICE = os.environ.get("CONFORMANCE_PEER") == "pocketbase"

SUPERUSER = Account("_superusers", pocketbase.EMAIL, pocketbase.PASSWORD)
CHANGING = (
    Account("_superusers", "client@example.com", "before the change"),
    Account("users", "client@example.com", "before the change"),
)
# The scripts, and how many steps each takes at least.
AREAS = {
    "auth": 120,
    "changes": 160,
    "collections": 180,
    "crons": 30,
    "files": 110,
    "health": 55,
    "logs": 60,
    "realtime": 150,
    "records": 150,
    "settings": 95,
}
SIGN_IN_STEPS = 30

Steps = list[tuple[str, dict[str, Any]]]


@pytest.fixture(scope="session")
def program() -> Path:
    """Install the client outside of the tree, once for each lock file; return the folder of the scripts."""
    lock = (SOURCES / "package-lock.json").read_bytes()
    folder = ROOT / ".cache" / "pocketbase-client" / hashlib.sha256(lock).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for source in (*SOURCES.glob("*.mjs"), *SOURCES.glob("*.json")):
        shutil.copy(source, folder)
    if not (folder / "node_modules" / "pocketbase").is_dir():
        command = [str(pocketbase.find_binary("npm")), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    return folder


@pytest.fixture
def peers(tmp_path: Path) -> Iterator[Peers]:
    """Run both anew for each script, so that none meets what another left."""
    start = running_twice if IS_TWICE else running_both
    with start(tmp_path, (SUPERUSER, *CHANGING)) as both:
        yield both


@pytest.fixture
def inputs(tmp_path: Path, peers: Peers) -> Iterator[list[dict[str, Any]]]:
    """What the script is given for each peer: its superuser, and a mail server of its own."""
    with ExitStack() as stack:
        given = []
        for number, _ in enumerate(peers):
            mails = tmp_path / f"mails-{number}"
            port = stack.enter_context(receiving(mails))
            superuser = {"email": SUPERUSER.email, "password": SUPERUSER.password}
            given.append({"superuser": superuser, "smtpPort": port, "mails": str(mails)})
        yield given


@pytest.mark.parametrize("area", AREAS)
def test_the_official_client_sees_what_it_sees_of_pocketbase(
    program: Path, peers: Peers, inputs: list[dict[str, Any]], area: str
) -> None:
    ours, theirs = _run_both(program / f"{area}.mjs", peers, inputs)

    assert len(theirs) >= AREAS[area]
    assert {"answer", "error"} == {kind for _, seen in theirs for kind in seen}
    _compare(ours, theirs)


@pytest.mark.parametrize("account", CHANGING, ids=lambda account: account.collection)
def test_the_official_client_signs_in_as_with_pocketbase(
    program: Path, peers: Peers, inputs: list[dict[str, Any]], account: Account
) -> None:
    for given, peer in zip(inputs, peers, strict=True):
        given["account"] = {
            **account._asdict(),
            "newPassword": "after the change",
            "resetToken": peer.forge(account, "passwordReset", email=account.email),
        }

    ours, theirs = _run_both(program / "sign_in.mjs", peers, inputs)

    assert len(theirs) >= SIGN_IN_STEPS
    _compare(ours, theirs)


def _run_both(script: Path, peers: Peers, inputs: Sequence[Mapping[str, Any]]) -> list[Steps]:
    """Run a script on both at the same time and return the steps that it took on each."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda peer, given: _run(script, peer, given), peers, inputs))


def _run(script: Path, peer: Peer, given: Mapping[str, Any]) -> Steps:
    done = subprocess.run(
        [pocketbase.find_binary("node"), script, peer.url],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
        check=False,
    )
    assert done.returncode == 0, f"{script.name} on {peer.name}:\n{done.stderr[-3000:]}"
    return [(name, seen) for name, seen in json.loads(done.stdout)]


def _compare(ours: Steps, theirs: Steps) -> None:
    assert [name for name, _ in ours] == [name for name, _ in theirs]
    pairs = [(name, mine, other) for (name, mine), (_, other) in zip(ours, theirs, strict=True)]
    unequal = [_report(name, mine, other) for name, mine, other in pairs if mine != other]
    COUNTS["answers to the official client equal to PocketBase's"] += len(pairs) - len(unequal)
    assert not unequal, f"{len(unequal)} of {len(pairs)} differ\n" + "\n".join(unequal)


def _report(name: str, ours: Any, theirs: Any) -> str:
    lines = difflib.unified_diff(_lines(theirs), _lines(ours), "PocketBase", "AppOS", lineterm="")
    return f"\n{name}\n" + "\n".join(lines)


def _lines(seen: Any) -> list[str]:
    return json.dumps(seen, indent=1, sort_keys=True, ensure_ascii=False).splitlines()
