"""The object graph: every service, built once for each process."""

from dataclasses import dataclass

from appos.accounts.claim import Claim
from appos.accounts.mail import Mailer
from appos.accounts.resets import PasswordResets
from appos.accounts.service import Accounts
from appos.accounts.superusers import Superusers
from appos.audit.requests import RequestLog
from appos.audit.service import Audit
from appos.config import Config
from appos.engine.port import Engine
from appos.ledger.service import Ledger
from appos.ledger.watch import Watchers
from appos.records.service import Collections, SettingsService
from appos.records.table import read_parameter
from appos.store.opening import Databases, open_databases
from appos.store.values import new_id
from appos.system.models import QueueProbe
from appos.system.service import System
from appos.system.upkeep import Upkeep


@dataclass(frozen=True)
class Services:
    """What a request, a job, a schedule and the command line call."""

    config: Config
    databases: Databases
    engine: Engine
    audit: Audit
    requests: RequestLog
    ledger: Ledger
    collections: Collections
    settings: SettingsService
    accounts: Accounts
    claim: Claim
    resets: PasswordResets
    superusers: Superusers
    system: System
    upkeep: Upkeep
    # Names this process in the rows of the jobs that it runs.
    boot: str
    # Signs the sessions of the admin panel.
    session_secret: str

    @classmethod
    def build(cls, config: Config, engine: Engine, queue: QueueProbe | None = None) -> "Services":
        """Open the data directory and build every service.

        Raises:
            ConfigError: the data directory does not allow a start.
        """
        databases = open_databases(config.data_dir)
        data = databases.data
        audit = Audit(data)
        requests = RequestLog(databases.auxiliary)
        ledger = Ledger(data, audit, Watchers())
        collections = Collections(data)
        settings = SettingsService(data, audit, config.address)
        accounts = Accounts(data, collections, audit)
        resets = PasswordResets(accounts, collections, settings, Mailer())
        with data.read() as db:
            session_secret = str(read_parameter(db, "sessionSecret"))
        return cls(
            config=config,
            databases=databases,
            engine=engine,
            audit=audit,
            requests=requests,
            ledger=ledger,
            collections=collections,
            settings=settings,
            accounts=accounts,
            claim=Claim(config, data, collections, accounts),
            resets=resets,
            superusers=Superusers(config, collections, accounts, resets, audit),
            system=System(config, databases, engine, ledger, queue),
            upkeep=Upkeep(databases, settings, requests, ledger),
            boot=new_id(),
            session_secret=session_secret,
        )

    def close(self) -> None:
        """Write what waits and close databases and engine."""
        self.requests.stop()
        self.engine.close()
        self.databases.close()
