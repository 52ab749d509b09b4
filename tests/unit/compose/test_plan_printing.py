"""A plan as a person reads it."""

from appos.compose.actual import Settings
from appos.compose.plan import Options, plan, printed
from tests.unit.compose.plan_parts import (
    MOUNTED,
    RESTARTS,
    VOLUMES,
    actual,
    container,
    data,
    wanted,
)

CHANGED = """\
Plan for shop

= untouched volume data (shop_data)
± recreate service web (shop-web-1)
    services.web.environment.A: changed
    services.web.restart: changed from on-failure:3 to always
    services.web.ports: added 127.0.0.1:8080->80/tcp
    services.web.volumes: added volume shop_data at /data
    ports: 127.0.0.1:8080->80/tcp
    mounts: volume shop_data at /data
    interrupts web, api for at most 15 s and what the engine itself takes (stop_grace_period of web:
        5 s, as set; stop_grace_period of api: 10 s, Docker's own)
    LOST: files in the container shop-web-1 that no mount keeps: 2, such as /srv/a, /srv/b
~ restart service api (shop-api-1)
    services.api.depends_on.web: it depends on web, which is recreated
    interrupts api for at most 15 s and what the engine itself takes (stop_grace_period of web: 5 s,
        as set; stop_grace_period of api: 10 s, Docker's own)
- remove service old (shop-old-1)
    services.old: its service is no longer in the files

1 to recreate, 1 to restart, 1 to remove, 1 untouched.
"""

PULLED = """\
Plan for shop

↓ pull image web:1
    services.web.image: pull_policy is always
? recreate, perhaps service web (shop-web-1)
    services.web.image: the registry may have another image
    interrupts web for at most 10 s and what the engine itself takes (stop_grace_period of web: 10
        s, Docker's own)

1 to pull, 1 to recreate.
"""

PAUSED = """\
Plan for shop

= untouched service web (shop-web-1)
= untouched service old (shop-old-1)
Obstacle: The container shop-web-1 is paused, and Docker Compose cannot start it: unpause it first.

2 untouched.
"""


def test_what_changes_stands_with_its_reasons() -> None:
    web = {
        "environment": {"A": "secret"},
        "restart": "always",
        "ports": [{"target": 80, "published": "8080", "host_ip": "127.0.0.1"}],
        **MOUNTED,
    }
    before = Settings(environment={"A": "another"}, plain={"restart": "on-failure:3"})
    has = actual(
        container(config_hash="h0", settings=before, stop_seconds=5.0, changed_paths=("/srv/a", "/srv/b")),
        container("api"),
        container("old", state="exited"),
        volumes=(data(),),
    )
    assert printed(plan(wanted({"web": web, "api": RESTARTS}, volumes=VOLUMES), has)) == CHANGED


def test_what_may_change_is_told_apart() -> None:
    assert printed(plan(wanted({"web": {}}, Options(pull="always")), actual(container()))) == PULLED


def test_obstacles_stand_at_the_end() -> None:
    services = {"web": {}, "old": {"depends_on": {"web": {"condition": "service_started"}}}}
    has = actual(container(state="paused"), container("old"))
    assert printed(plan(wanted(services), has)) == PAUSED


def test_no_line_is_longer_than_a_hundred_columns() -> None:
    services = {f"service-{number}": {"scale": 12} for number in range(20)}
    said = plan(wanted(services), actual(*(container(name, config_hash="h0") for name in services)))
    assert max(len(line) for line in printed(said).splitlines()) <= 100


def test_nothing_is_said_to_be_nothing() -> None:
    said = printed(plan(wanted({}), actual()))
    assert said == "Plan for shop\n\nNothing is there, and nothing is wanted.\n"
