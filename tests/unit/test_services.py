"""The object graph."""

import pytest

from appos.config import Config
from appos.errors import ConfigError
from appos.services import Services
from appos.store.query import ListQuery
from tests.unit.fakes import FakeEngine


def test_a_directory_that_does_not_allow_a_start_stops_it(config: Config, engine: FakeEngine) -> None:
    config.database_path.unlink()
    with pytest.raises(ConfigError):
        Services.build(config, engine)


def test_every_start_has_a_name_of_its_own_and_sessions_go_on(config: Config, engine: FakeEngine) -> None:
    first = Services.build(config, engine)
    first.close()
    second = Services.build(config, engine)
    second.close()

    assert first.boot != second.boot
    assert first.session_secret == second.session_secret
    assert len(first.session_secret) == 64


def test_closing_writes_what_waits_and_closes_the_engine(config: Config, engine: FakeEngine) -> None:
    services = Services.build(config, engine)
    services.requests.add(0, "GET /", {})
    services.close()
    again = Services.build(config, engine)
    written = [each.message for each in again.requests.page(ListQuery()).items]
    again.close()

    assert engine.is_closed
    assert written == ["GET /"]


def test_nothing_is_asked_of_the_engine_at_the_start(services: Services, engine: FakeEngine) -> None:
    assert engine.asked == 0
