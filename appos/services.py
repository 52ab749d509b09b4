"""The object graph: every service, built once for each process."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from appos import log as logs
from appos.accounts.addresses import Addresses
from appos.accounts.claim import Claim
from appos.accounts.mail import Mailer
from appos.accounts.mails import AccountMails
from appos.accounts.notices import Notices
from appos.accounts.origins import Origins
from appos.accounts.resets import PasswordResets
from appos.accounts.samples import SampleMails
from appos.accounts.service import Accounts
from appos.accounts.superusers import Superusers
from appos.audit.requests import RequestLog
from appos.audit.service import Audit
from appos.compose.binary import ComposeBinary
from appos.config import Config
from appos.engine.port import Engine
from appos.engine.watch import EngineWatch
from appos.ledger.service import Ledger
from appos.ledger.watch import Watchers
from appos.records.collections import Collections
from appos.records.deleting import Deleter
from appos.records.files.service import Files
from appos.records.files.store import FileStore
from appos.records.reading import Reader
from appos.records.realtime.access import Access
from appos.records.realtime.broker import Broker
from appos.records.realtime.jobs import JobEvents
from appos.records.service import Records
from appos.records.settings.own import OwnSettingsService
from appos.records.settings.rate_limits import RateLimiter
from appos.records.settings.service import SettingsService
from appos.records.table import read_parameter
from appos.records.writing import Writer
from appos.store.database import Database
from appos.store.offload import offload
from appos.store.opening import Databases, open_databases
from appos.store.values import new_id
from appos.system.models import QueueProbe
from appos.system.service import System
from appos.system.upkeep import Upkeep

if TYPE_CHECKING:
    from appos.apps.adoption import Adoption
    from appos.apps.drafts import Drafts
    from appos.apps.drift import Drifts
    from appos.apps.editing import Editing
    from appos.apps.events import AppEvents
    from appos.apps.policies import Policies
    from appos.apps.projects import Projects
    from appos.apps.rollout.service import Rollouts
    from appos.apps.service import Apps
    from appos.apps.sources import Sources
    from appos.apps.webhooks import Webhooks
    from appos.engine.following import Logs
    from appos.engine.statistics import StatsHub
    from appos.system.docker.service import Docker
    from appos.system.doctor import Doctor
    from appos.system.metrics.service import MetricsService
    from appos.system.registries import Registries
    from appos.system.supervisor import Supervisor
    from appos.terminal.service import Terminals

# The Compose project of AppOS's own container.
OWN_PROJECT = "appos"


@dataclass(frozen=True)
class Services:
    """What a request, a job, a schedule and the command line call."""

    config: Config
    databases: Databases
    engine: Engine
    compose: ComposeBinary
    audit: Audit
    requests: RequestLog
    ledger: Ledger
    collections: Collections
    records: Records
    files: Files
    realtime: Broker
    job_events: JobEvents
    settings: SettingsService
    own_settings: OwnSettingsService
    rate_limiter: RateLimiter
    accounts: Accounts
    claim: Claim
    mails: AccountMails
    notices: Notices
    resets: PasswordResets
    addresses: Addresses
    origins: Origins
    samples: SampleMails
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
        compose = ComposeBinary(config.data_dir, config.compose_binary, aside=offload)
        ledger = Ledger(data, audit, Watchers())
        parts = _record_parts(config, data, audit, ledger)
        collections, records = parts.collections, parts.records
        settings = SettingsService(data, audit, config.address)
        own_settings = OwnSettingsService(data, audit, settings)
        accounts = Accounts(data, collections, records, audit)
        mailer = Mailer()
        mails = AccountMails(accounts, collections, settings, mailer)
        resets = PasswordResets(accounts, mails)
        return cls(
            config=config,
            databases=databases,
            engine=engine,
            compose=compose,
            audit=audit,
            requests=requests,
            ledger=ledger,
            collections=collections,
            records=records,
            files=parts.files,
            realtime=parts.realtime,
            job_events=parts.job_events,
            settings=settings,
            own_settings=own_settings,
            rate_limiter=RateLimiter(settings),
            accounts=accounts,
            claim=Claim(config, data, collections, accounts),
            mails=mails,
            notices=Notices(ledger, settings, own_settings, mailer),
            resets=resets,
            addresses=Addresses(accounts, mails),
            origins=Origins(data, collections, records, mails),
            samples=SampleMails(collections, settings, mailer),
            superusers=Superusers(config, collections, accounts, resets, audit),
            system=System(config, databases, engine, compose, ledger, queue),
            upkeep=Upkeep(databases, settings, own_settings, requests, ledger, collections, parts.files),
            boot=new_id(),
            session_secret=_session_secret(data),
        )

    # To understand Compose files takes 6 MB and 60 ms of imports; most of the time nobody writes one.

    @cached_property
    def projects(self) -> "Projects":
        """The verbs of Compose projects."""
        from appos.apps.projects import Projects  # noqa: PLC0415 - see above

        return Projects.of(self.config, self.engine, self.compose)

    @cached_property
    def watch(self) -> EngineWatch:
        """What is known of all containers."""
        return EngineWatch(self.engine)

    @cached_property
    def apps(self) -> "Apps":
        """The verbs of apps that take no time."""
        from appos.apps.checking import Checking  # noqa: PLC0415 - see above
        from appos.apps.files.store import AppStore  # noqa: PLC0415 - see above
        from appos.apps.service import Apps  # noqa: PLC0415 - see above

        store = AppStore(self.config.data_dir)
        checking = Checking(store, self.projects, self.config.compose_home / "drafts")
        return Apps(store, checking, self.watch, self.ledger, self.audit, self.metrics)

    @cached_property
    def editing(self) -> "Editing":
        """The verbs of the files of apps."""
        from appos.apps.editing import Editing  # noqa: PLC0415 - see above

        return Editing(self.apps, self.apps.checking, self.audit)

    @cached_property
    def adoption(self) -> "Adoption":
        """Projects that run without AppOS."""
        from appos.apps.adoption import Adoption  # noqa: PLC0415 - see above

        return Adoption(self.apps, self.watch, self.engine)

    @cached_property
    def drifts(self) -> "Drifts":
        """How apps differ from what was deployed."""
        from appos.apps.drift import Drifts  # noqa: PLC0415 - see above

        return Drifts(self.apps)

    @cached_property
    def webhooks(self) -> "Webhooks":
        """By which others have apps updated."""
        from appos.apps.webhooks import Webhooks  # noqa: PLC0415 - see above
        from appos.store.cipher import Cipher  # noqa: PLC0415 - see above

        return Webhooks(self.apps, Cipher(self.config.data_dir / "secret.key"), self.audit)

    @cached_property
    def sources(self) -> "Sources":
        """The repositories of apps."""
        from appos.apps.sources import Sources  # noqa: PLC0415 - see above
        from appos.git.gate import Gate  # noqa: PLC0415 - see above
        from appos.store.cipher import Cipher  # noqa: PLC0415 - see above

        cipher = Cipher(self.config.data_dir / "secret.key")
        gate = Gate(is_open=self.config.git_local)
        return Sources(self.apps, cipher, self.audit, gate, self.config.repositories_home)

    @cached_property
    def rollouts(self) -> "Rollouts":
        """The verbs of apps that take time."""
        from appos.apps.rollout.service import Rollouts  # noqa: PLC0415 - see above

        return Rollouts(
            self.apps.store,
            self.projects,
            self.engine,
            sources=self.sources,
            credentials=self.registries.credentials,
            changed=self.app_events.changed,
            losses=lambda: self.watch.losses,
        )

    @cached_property
    def registries(self) -> "Registries":
        """The credentials of registries."""
        from appos.store.cipher import Cipher  # noqa: PLC0415 - see above
        from appos.system.registries import Registries  # noqa: PLC0415 - see above

        data_dir = self.config.data_dir
        cipher = Cipher(data_dir / "secret.key")
        return Registries(data_dir / "registries.json", cipher, self.engine, self.audit)

    @cached_property
    def docker(self) -> "Docker":
        """The Docker behind the apps."""
        from appos.apps.rollout.images import KEPT  # noqa: PLC0415 - see above
        from appos.system.docker.pruning import Pruning  # noqa: PLC0415 - see above
        from appos.system.docker.service import Docker  # noqa: PLC0415 - see above

        pruning = Pruning(self.engine, lambda: frozenset((*self.apps.names(), OWN_PROJECT)), f"{KEPT}/")
        return Docker(self.engine, self.watch, self.audit, pruning, self.registries.credentials)

    @cached_property
    def logs(self) -> "Logs":
        """What containers wrote and write."""
        from appos.engine.following import Logs  # noqa: PLC0415 - see above

        return Logs(self.engine)

    @cached_property
    def stats(self) -> "StatsHub":
        """What containers use, while somebody looks."""
        from appos.engine.statistics import StatsHub  # noqa: PLC0415 - see above

        return StatsHub(self.engine)

    @cached_property
    def terminals(self) -> "Terminals":
        """Shells in containers."""
        from appos.terminal.reaper import Reaper  # noqa: PLC0415 - see above
        from appos.terminal.recordings import Recordings  # noqa: PLC0415 - see above
        from appos.terminal.service import Terminals  # noqa: PLC0415 - see above

        return Terminals(
            self.engine,
            self.apps,
            self.accounts,
            self.audit,
            Reaper(self.engine, self.config.data_dir / "terminals"),
            Recordings(self.config.data_dir / "recordings"),
            records=lambda: self.own_settings.kept().terminal_recording,
            idle_seconds=self.config.terminal_idle_seconds,
            most_sessions=self.config.terminal_sessions,
            is_local_on=self.config.terminal_local,
        )

    @cached_property
    def app_events(self) -> "AppEvents":
        """Who is told of apps that change."""
        from appos.apps.events import AppEvents  # noqa: PLC0415 - see above

        return AppEvents(self.apps, self.watch, self.realtime)

    @cached_property
    def policies(self) -> "Policies":
        """The settings of the policy."""
        from appos.apps.policies import Policies  # noqa: PLC0415 - see above

        return Policies(self.config.policy_path, self.audit)

    @cached_property
    def drafts(self) -> "Drafts":
        """Checks of files that are being written."""
        from appos.apps.drafts import Drafts  # noqa: PLC0415 - see above

        return Drafts(self.projects, self.config.compose_home / "drafts")

    @cached_property
    def metrics(self) -> "MetricsService":
        """What host and apps use."""
        from appos.system.metrics.host import Host  # noqa: PLC0415 - see above
        from appos.system.metrics.sampler import Sampler  # noqa: PLC0415 - see above
        from appos.system.metrics.service import MetricsService  # noqa: PLC0415 - see above

        host, own = Host(self.config.data_dir), self.own_settings
        sampler = Sampler(self.databases.auxiliary, self.engine, self.watch.containers, host)
        return MetricsService(self.databases.auxiliary, sampler, host, lambda: own.kept().metrics_days)

    @cached_property
    def supervisor(self) -> "Supervisor":
        """The services that AppOS consists of."""
        from appos.system.service_logs import ServiceLogs  # noqa: PLC0415 - see above
        from appos.system.supervisor import Supervisor  # noqa: PLC0415 - see above

        url, supervisord = self.config.supervisor_url, None
        if url:
            from appos.system.supervisord import Supervisord  # noqa: PLC0415 - see above

            supervisord = Supervisord(url)
        logs = ServiceLogs(self.engine, is_supervised=bool(url))
        return Supervisor(supervisord, logs, self.audit, self.system.began)

    @cached_property
    def doctor(self) -> "Doctor":
        """What AppOS needs of its machine."""
        from appos.apps.host_paths import host_paths  # noqa: PLC0415 - see above
        from appos.system.doctor import Doctor  # noqa: PLC0415 - see above

        compose, engine = self.compose, self.engine
        return Doctor(
            self.config, engine, lambda: (compose.path(), compose.version()), lambda: host_paths(engine)
        )

    def use_log_level(self) -> None:
        """Log from the level on that the settings name, else the environment."""
        logs.set_level(self.own_settings.kept().log_level or self.config.log_level)

    def close(self) -> None:
        """End what streams are left, write what waits, and close databases and engine."""
        if "supervisor" in self.__dict__:
            self.supervisor.close()
        self.realtime.close()
        self.requests.stop()
        self.engine.close()
        self.databases.close()


def _session_secret(data: Database) -> str:
    with data.read() as db:
        return str(read_parameter(db, "sessionSecret"))


class _RecordParts(NamedTuple):
    collections: Collections
    records: Records
    files: Files
    realtime: Broker
    job_events: JobEvents


def _record_parts(config: Config, data: Database, audit: Audit, ledger: Ledger) -> _RecordParts:
    """Build what records are made of: each part needs others."""
    store = FileStore(config.storage_path)
    # The records need the collections, and these the records when they are emptied.
    collections = Collections(data, audit, lambda *asked: deleter.truncate(*asked), store.delete_collection)
    reader = Reader(data, collections)
    access = Access(reader)
    broker = Broker(access)
    job_events = JobEvents(broker, access.job)
    ledger.watchers.listen(job_events.note)
    deleter = Deleter(data, reader, store, broker, audit)
    records = Records(reader, Writer(data, reader, store, broker, audit), deleter)
    return _RecordParts(collections, records, Files(store, collections, records), broker, job_events)
