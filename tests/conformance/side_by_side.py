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
        running_server(folder / "appos", TRUSTED_PROXIES="127.0.0.1/32") as ours,
    ):
        for account in accounts:
            # PocketBase has one superuser from the start.
            if account.email != pocketbase.EMAIL:
                values = {"email": account.email, "password": account.password}
                theirs.create_record(account.collection, **values, passwordConfirm=account.password)
        yield Peers(
            Peer("AppOS", ours.url, folder / "appos" / "pb_data" / "data.db"),
            Peer("PocketBase", theirs.url, folder / "pocketbase" / "data.db"),
        )


def _make_accounts(data_dir: Path, accounts: Sequence[Account]) -> None:
    services = Services.build(Config(data_dir=data_dir), FakeEngine())
    for account in accounts:
        collection = services.collections.auth(account.collection)
        services.accounts.create(collection, account.email, account.password, SYSTEM)
    services.close()
