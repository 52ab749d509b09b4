"""The state of the whole, under /api/appos/system."""

from typing import Annotated

import msgspec
from flask import Blueprint, Response
from flask.typing import ResponseReturnValue
from msgspec import Meta

from appos.apps.models import Level
from appos.store.query import ListQuery, Page
from appos.system.doctor import Look
from appos.system.metrics.models import Metrics, Range
from appos.system.models import Health, Status
from appos.system.service_logs import ServiceLine
from appos.system.supervisor import Service
from appos.web.access import require_superuser
from appos.web.describe import describe
from appos.web.granted import granted
from appos.web.state import actor, state
from appos.web.wire import answer, decode_query

bp = Blueprint("system", __name__, url_prefix="/api/appos/system")


class ChartQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How far back, and of which app by its id or name; "" is the host, which superusers alone see."""

    range: Range = Range.HOUR
    app: str = ""


class TailQuery(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many lines from the end."""

    tail: Annotated[int, Meta(ge=1, le=5000)] = 200


class Diagnosis(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Every part as it was found, and how the worst of them is."""

    state: Health
    items: tuple[Look, ...]


class ServiceLog(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The last lines of a service, the oldest first."""

    lines: list[ServiceLine]


@bp.get("/status")
@describe(answers={200: Status})
def show() -> Response:
    """Show the state of database, queue, engine and disk."""
    return answer(state().services.system.status())


@bp.get("/metrics")
@describe(query=ChartQuery, answers={200: Metrics}, errors=(400, 404))
def metrics() -> Response:
    """Show what the host or an app used, as a chart of 300 points at the most."""
    asked = decode_query(ChartQuery)
    if not asked.app:
        require_superuser()
    app = granted(asked.app, Level.READ).name if asked.app else ""
    return answer(state().services.metrics.chart(asked.range, app))


@bp.get("/services")
@describe(answers={200: Page[Service]})
def services() -> Response:
    """List the services that AppOS consists of."""
    found = state().services.supervisor.services()
    return answer(Page.of(found, ListQuery(per_page=max(1, len(found))), len(found)))


@bp.post("/services/<name>/restart")
@describe(answers={202: Service}, errors=(404, 409))
def restart(name: str) -> ResponseReturnValue:
    """Restart a service a moment after the answer, which shows it as it was."""
    return answer(state().services.supervisor.restart(name, actor()), 202)


@bp.get("/services/<name>/logs")
@describe(query=TailQuery, answers={200: ServiceLog}, errors=(400, 404, 409))
def logs(name: str) -> Response:
    """Show what a service wrote last."""
    asked = decode_query(TailQuery)
    return answer(ServiceLog(lines=state().services.supervisor.lines(name, asked.tail)))


@bp.get("/doctor")
@describe(answers={200: Diagnosis})
def doctor() -> Response:
    """Look at all that AppOS needs of its machine, and name the cure where it is missing."""
    looks = state().services.doctor.looks()
    found = {look.state for look in looks}
    worst = next(each for each in (Health.FAILED, Health.WARNING, Health.OK) if each in found)
    return answer(Diagnosis(state=worst, items=looks))
