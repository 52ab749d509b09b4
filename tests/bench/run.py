"""Measures AppOS beside PocketBase: `python tests/bench/run.py [--quick] [--write]`."""

import argparse
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
# Run as a program, it finds the tests and the programs of build/ by itself.
sys.path[:0] = [str(ROOT), str(ROOT / "build")]

from tests.bench import container, fleet, keys, measures, pages, records, report  # noqa: E402
from tests.bench.candidates import Candidate, appos, pocketbase_beside  # noqa: E402
from tests.bench.report import Row  # noqa: E402
from tests.bench.wire import allow_open_files, open_streams  # noqa: E402
from tests.engine_daemon import running_engine  # noqa: E402
from tests.engine_images import load_tiny_image  # noqa: E402
from tests.integration.app_site import AppSite, app_site, web  # noqa: E402

COMMAND = "make bench ARGS=--write"
CONNECTIONS = (64, 512)
STREAMS = (0, 1000)
OPEN_FILES = 8192


class Plan(NamedTuple):
    """How long and how often to measure."""

    starts: int
    settle_seconds: float
    idle_seconds: float
    rounds: int
    load_seconds: int
    most_records: int
    questions: int


FULL = Plan(5, 5, 60, rounds=3, load_seconds=10, most_records=1_000_000, questions=500)
QUICK = Plan(3, 2, 10, rounds=1, load_seconds=2, most_records=10_000, questions=100)


def main() -> None:
    """Measure, print the table, and write the page on demand."""
    parser = argparse.ArgumentParser(description="Measure AppOS beside PocketBase.")
    parser.add_argument("--quick", action="store_true", help="measure for a short time")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("Install the program wrk first; Debian has it as a package.")
    allow_open_files(OPEN_FILES)
    plan = QUICK if options.quick else FULL
    with tempfile.TemporaryDirectory(prefix="appos-bench-") as folder:
        pair = (appos(Path(folder) / "appos"), pocketbase_beside(Path(folder) / "pocketbase"))
        servers = report.table([*_told(_all(pair, folder, plan))])
        with _site(Path(folder)) as site:
            browsed = report.table([*_told(pages.rows(site, pair[1], plan.starts))])
        with _site(Path(folder)) as site:
            many = report.table([*_told(_fleet(site, folder, plan))], fleet.PEER)
        with _site(Path(folder)) as site:
            typed = report.table([*_told(_keys(site, plan))], keys.PEER)
    machine = report.machine({candidate.name: candidate.version for candidate in pair})
    sys.stdout.write("\n\n".join((machine, servers, browsed, many, typed)) + "\n")
    if options.write:
        report.write(
            ROOT / "docs" / "performance.md",
            servers=servers,
            pages=browsed,
            fleet=many,
            keys=typed,
            command=COMMAND,
            machine=machine,
            idle=round(plan.idle_seconds),
            seconds=plan.load_seconds,
            rounds=plan.rounds,
            containers=fleet.CONTAINERS,
            apps=fleet.APPS,
            pace=keys.KEYS_A_SECOND,
            typing=plan.rounds * plan.load_seconds,
            slower=pages.SLOWER,
        )


def _all(pair: Sequence[Candidate], folder: str, plan: Plan) -> Iterator[Row]:
    yield _starts(pair, plan)
    yield from _idle(pair, plan)
    yield from container.rows(pair[1], plan.starts, plan.settle_seconds)
    yield from _loads(pair, plan)
    yield from _records(pair, folder, plan)


@contextmanager
def _site(folder: Path) -> Iterator[AppSite]:
    """AppOS with an engine of its own."""
    with running_engine() as engine:
        image = load_tiny_image(engine.host)
        data = Path(tempfile.mkdtemp(dir=folder))
        with app_site(data, engine.host, image, JOB_WORKERS="8") as site:
            yield site


def _fleet(site: AppSite, folder: str, plan: Plan) -> Iterator[Row]:
    wanted = fleet.Plan(plan.idle_seconds, plan.starts, plan.questions, plan.starts)
    return fleet.rows(site, Path(folder), wanted)


def _keys(site: AppSite, plan: Plan) -> Iterator[Row]:
    site.deployed("shell", web(site.image), settings={"watchSeconds": 0})
    return keys.rows(site, "shell-web-1", plan.rounds, plan.load_seconds)


def _told(rows: Iterator[Row]) -> Iterator[Row]:
    """Tell each row as it is measured: the whole takes a while, and one that fails hides none before it."""
    for row in rows:
        sys.stderr.write(" | ".join(row.cells()) + "\n")
        yield row


def _starts(pair: Sequence[Candidate], plan: Plan) -> Row:
    seconds: dict[str, list[float]] = defaultdict(list)
    for _ in range(plan.starts):
        for candidate in pair:
            seconds[candidate.name].append(candidate.start())
            candidate.stop()
    return Row("start", "s", *_of(pair, seconds), aim="< 1.5 s")


def _idle(pair: Sequence[Candidate], plan: Plan) -> Iterator[Row]:
    with _running(pair):
        measures.idle_cpu(pair, plan.settle_seconds)
        memory = {candidate.name: measures.memory(candidate) for candidate in pair}
        cpu = measures.idle_cpu(pair, plan.idle_seconds)
    yield Row("memory, RSS", "MB", *_of(pair, {name: [it.rss] for name, it in memory.items()}), aim="< 90 MB")
    yield Row("memory, PSS", "MB", *_of(pair, {name: [it.pss] for name, it in memory.items()}))
    yield Row("idle CPU", "%", *_of(pair, {name: [it] for name, it in cpu.items()}), aim="< 0.5 %")


def _loads(pair: Sequence[Candidate], plan: Plan) -> Iterator[Row]:
    for streams in STREAMS:
        for connections in CONNECTIONS:
            name = f"health, {connections} connections" + (f", {streams:,} idle streams" if streams else "")
            run = partial(_load_health, connections=connections, streams=streams, plan=plan)
            yield from _rows(name, pair, plan, run)
    run = partial(_load_list, plan=plan)
    yield from _rows(f"a list, signed in, {CONNECTIONS[0]} connections", pair, plan, run, is_aimed=False)


def _records(pair: Sequence[Candidate], folder: str, plan: Plan) -> Iterator[Row]:
    return records.rows(pair, Path(folder), plan.load_seconds, plan.rounds, most=plan.most_records)


def _rows(
    name: str,
    pair: Sequence[Candidate],
    plan: Plan,
    run: Callable[[Candidate], measures.Load],
    *,
    is_aimed: bool = True,
) -> Iterator[Row]:
    """Load both servers in turns, several times."""
    found: dict[str, list[measures.Load]] = defaultdict(list)
    for _ in range(plan.rounds):
        for candidate in pair:
            found[candidate.name].append(run(candidate))
    for field, unit, aim in (("rate", "/s", "≥ 0.33"), ("p50", "ms", ""), ("p99", "ms", "≤ 3")):
        values = {who: [getattr(it, field) for it in loads] for who, loads in found.items()}
        yield Row(f"{name}: {field}", unit, *_of(pair, values), aim=aim if is_aimed else "")


def _load_health(candidate: Candidate, connections: int, streams: int, plan: Plan) -> measures.Load:
    """Load one server while the other does not run."""
    with candidate.running():
        request = candidate.stream_request
        with open_streams(candidate.port, request, streams) if streams else nullcontext():
            measures.load(candidate.port, connections, 1)
            return measures.load(candidate.port, connections, plan.load_seconds)


def _load_list(candidate: Candidate, plan: Plan) -> measures.Load:
    with candidate.running():
        ask = partial(
            measures.load, candidate.port, CONNECTIONS[0], path=candidate.list_path, token=candidate.token
        )
        ask(seconds=1)
        return ask(seconds=plan.load_seconds)


@contextmanager
def _running(pair: Sequence[Candidate]) -> Iterator[None]:
    with pair[0].running(), pair[1].running():
        yield


def _of(pair: Sequence[Candidate], values: dict[str, list[float]]) -> tuple[list[float], list[float]]:
    return values[pair[0].name], values[pair[1].name]


if __name__ == "__main__":
    main()
