"""The official JavaScript client sees the same of AppOS as of the real PocketBase."""

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import COUNTS
from tests.conformance.peers import Account, Peer
from tests.conformance.pocketbase import find_binary
from tests.conformance.side_by_side import Peers, running_both
from tests.serving import ROOT

SOURCES = Path(__file__).parent / "client"
INSTALL_SECONDS = 110
RUN_SECONDS = 60

ACCOUNTS = (
    Account("_superusers", "client@example.com", "before the change"),
    Account("users", "client@example.com", "before the change"),
)


@pytest.fixture(scope="session")
def program() -> Path:
    """Install the client outside of the tree, once for each lock file, and return the script beside it."""
    lock = (SOURCES / "package-lock.json").read_bytes()
    folder = ROOT / ".cache" / "pocketbase-client" / hashlib.sha256(lock).hexdigest()[:16]
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "client.mjs"):
        shutil.copy(SOURCES / name, folder)
    if not (folder / "node_modules" / "pocketbase").is_dir():
        command = [str(find_binary("npm")), "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=INSTALL_SECONDS)
    return folder / "client.mjs"


@pytest.fixture(scope="module")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    """Run both with the same accounts."""
    with running_both(tmp_path_factory.mktemp("client"), ACCOUNTS) as both:
        yield both


@pytest.mark.parametrize("account", ACCOUNTS, ids=lambda account: account.collection)
def test_the_official_client_sees_what_it_sees_of_pocketbase(
    program: Path, peers: Peers, account: Account
) -> None:
    ours, theirs = (_seen(program, peer, account) for peer in peers)

    assert ours == theirs
    assert len(ours) > 20
    assert ours["sign in"]["store"]["isValid"]
    assert ours["confirm"]["answer"]
    COUNTS["calls of the official client with equal results"] += len(ours)


def _seen(program: Path, peer: Peer, account: Account) -> dict[str, Any]:
    given = {
        "email": account.email,
        "password": account.password,
        "newPassword": "after the change",
        "resetToken": peer.forge(account, "passwordReset", email=account.email),
    }
    done = subprocess.run(
        [find_binary("node"), program, peer.url, account.collection],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=True,
        timeout=RUN_SECONDS,
    )
    return dict(json.loads(done.stdout))
