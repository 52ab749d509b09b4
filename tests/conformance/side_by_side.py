"""AppOS and PocketBase, run with the same accounts."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from appos.audit.models import SYSTEM
from appos.config import Config
from appos.services import Services
from tests.conformance import pocketbase
from tests.conformance.peers import Account, Ask, Peer, Reply
from tests.serving import running_server
from tests.unit.fakes import FakeEngine


class Peers(NamedTuple):
    """The two servers that are compared."""

    appos: Peer
    pocketbase: Peer

    def both(self, ask: Ask) -> tuple[Reply, Reply]:
        """Ask both and return both answers in the form in which they are compared."""
        return self.appos.compare(ask), self.pocketbase.compare(ask)


@contextmanager
def running_both(folder: Path, accounts: Sequence[Account]) -> Iterator[Peers]:
    """Run both with these accounts and their data in `folder`."""
    binary = pocketbase.find_binary()
    _make_accounts(folder / "appos", accounts)
    with (
        pocketbase.running(binary, folder / "pocketbase") as theirs,
        running_server(
            folder / "appos", TRUSTED_PROXIES="127.0.0.1/32", DASHBOARD_DIR=str(folder / "none")
        ) as ours,
    ):
        _register(theirs, accounts)
        yield Peers(
            Peer("AppOS", ours.url, folder / "appos" / "pb_data" / "data.db"),
            Peer("PocketBase", theirs.url, folder / "pocketbase" / "data.db"),
        )


@contextmanager
def running_twice(folder: Path, accounts: Sequence[Account]) -> Iterator[Peers]:
    """Run PocketBase against itself, to see whether a comparison finds equal what is equal."""
    binary = pocketbase.find_binary()
    with (
        pocketbase.running(binary, folder / "one") as one,
        pocketbase.running(binary, folder / "two") as two,
    ):
        for server in (one, two):
            _register(server, accounts)
        yield Peers(
            Peer("PocketBase too", one.url, folder / "one" / "data.db"),
            Peer("PocketBase", two.url, folder / "two" / "data.db"),
        )


def _register(server: pocketbase.PocketBase, accounts: Sequence[Account]) -> None:
    for account in accounts:
        # PocketBase has one superuser from the start.
        if account.email != pocketbase.EMAIL:
            values = {"email": account.email, "password": account.password}
            server.create_record(account.collection, **values, passwordConfirm=account.password)


def _make_accounts(data_dir: Path, accounts: Sequence[Account]) -> None:
    services = Services.build(Config(data_dir=data_dir), FakeEngine())
    for account in accounts:
        collection = services.collections.auth(account.collection)
        services.accounts.create(collection, account.email, account.password, SYSTEM)
    services.close()
