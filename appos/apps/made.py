"""What the engine made of a project, judged once more."""

from collections.abc import Iterator

from appos.compose.policy.made import PROJECT, Defaults, judge_made
from appos.compose.policy.models import Role
from appos.compose.policy.places import Places
from appos.compose.policy.rules import PolicyRules
from appos.engine.models import Container
from appos.engine.port import Engine
from appos.errors import NotFoundError


def refuse_made(engine: Engine, project: str, rules: PolicyRules, role: Role, places: Places) -> None:
    """Judge the containers of a project, and stop them all where something of them is refused.

    Raises:
        ForbiddenError: `policy_refused`.
    """
    containers = tuple(_containers(engine, project))
    info = engine.info()
    defaults = Defaults(
        runtime=info.default_runtime, cgroup="private" if info.has_private_cgroups else "host"
    )
    verdict = judge_made(
        containers, engine.volumes(), engine.networks(), rules, role, places, defaults=defaults
    )
    if verdict.refused:
        for container in containers:
            engine.stop(container.id)
    verdict.refuse()


def _containers(engine: Engine, project: str) -> Iterator[Container]:
    """Inspect the containers of a project; one that has ended and was removed meanwhile is left out."""
    for summary in engine.containers(labels={PROJECT: project}):
        try:
            yield engine.container(summary.id)
        except NotFoundError:
            continue
