"""The Docker Engine: the docker SDK for what is answered at once, and an exchange for what comes bit by bit.

Its errors become ours here. Only `sdk.py` knows the SDK.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from appos.engine.docker.containers import unix_time
from appos.engine.docker.execs import Execs
from appos.engine.docker.images import Images
from appos.engine.docker.resources import Networks, Volumes
from appos.engine.docker.runs import Runs
from appos.engine.docker.session import PROMPT_SECONDS, Session
from appos.engine.docker.streams import EngineStream, json_objects
from appos.engine.docker.told import event_of, info_of
from appos.engine.docker.upkeep import Upkeep
from appos.engine.models import EngineInfo, Event


class DockerEngine(Runs, Execs, Images, Volumes, Networks, Upkeep):
    """An engine at `unix:///…` or `tcp://…`; connected to on first use, and again after it was gone.

    What its methods promise stands in `port.Engine`.
    """

    def __init__(self, host: str) -> None:
        self._session = Session(host)

    def info(self) -> EngineInfo:
        """Tell what the engine is."""
        version, info = self._session.ask(
            lambda api: (api.version(api_version=False), api.info()), seconds=PROMPT_SECONDS
        )
        return info_of(version, info)

    def events(
        self,
        *,
        since: float = 0,
        until: float = 0,
        filters: Mapping[str, Sequence[str]] | None = None,
    ) -> EngineStream[Event]:
        """Read what happens."""
        wanted = {name: list(values) for name, values in (filters or {}).items()}
        params = {"filters": msgspec.json.encode(wanted).decode()} if wanted else {}
        params |= {name: unix_time(value) for name, value in (("since", since), ("until", until)) if value}

        def read(chunks: Iterator[bytes]) -> Iterator[Event]:
            return map(event_of, json_objects(chunks))

        stream = self._session.stream("/events", read, params=params)
        stream.begin()
        return stream

    def close(self) -> None:
        """Give back the connections."""
        self._session.close()
