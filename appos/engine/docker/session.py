"""The connection to an engine: made on first use, again after it was gone, in a version that both speak."""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlencode

import msgspec

from appos.engine.docker.exchange import Closed, Exchange, Gone, Refusal, cause_of
from appos.engine.docker.refusals import is_of_another_version, refused
from appos.engine.docker.streams import EngineStream
from appos.errors import AppOSError, EngineError, EngineUnavailableError, InvalidError

if TYPE_CHECKING:
    from appos.engine.docker.sdk import APIClient

T = TypeVar("T")

# How long an engine may take to answer, by what it has to do for it.
PROMPT_SECONDS = 5.0
PATIENT_SECONDS = 60.0
SLOW_SECONDS = 900.0
# What this package is written for: Docker 20.10 speaks the oldest, and Docker 29 asks for at least the
# newest. A newer engine is spoken to in the newest, so that its answers have the shape that is known here.
OLDEST_API = (1, 41)
NEWEST_API = (1, 44)

Failed = Callable[[int, str], AppOSError]


class Session:
    """What every question to an engine goes through."""

    def __init__(self, host: str) -> None:
        self.host = host
        self._version = ""
        self._clients: dict[float, APIClient] = {}
        self._lock = threading.Lock()

    def ask(
        self,
        question: "Callable[[APIClient], T]",
        noun: str = "",
        *,
        seconds: float = PATIENT_SECONDS,
        failed: Failed | None = None,
    ) -> T:
        """Put a question through the SDK, about a `noun` such as container.

        Raises:
            EngineUnavailableError: the engine does not answer within `seconds`.
            AppOSError: it refuses; `failed` makes the error of status and words, by default `refused`.
        """
        from appos.engine.docker import sdk  # noqa: PLC0415 - it costs much at start, and says so

        for is_last in (False, True):
            try:
                return question(self._client(seconds))
            except sdk.APIError as error:
                status, said = error.status_code or 0, str(error.explanation or error).strip().rstrip(".")
                if is_of_another_version(status, said) and not is_last:
                    self.close()
                    continue
                # What a registry has said may repeat a password: it is not shown beneath an error without it.
                raise (failed or _refused_about(noun))(status, said) from (None if failed else error)
            except sdk.RequestException as error:
                self.close()
                raise self.away() from error
            except sdk.DockerException as error:
                raise InvalidError(f"Docker cannot be asked that: {error}.", code="engine_invalid") from error
        raise AssertionError("the last question ends the loop")

    def stream(
        self,
        path: str,
        read: Callable[[Iterator[bytes]], Iterator[T]],
        noun: str = "",
        *,
        method: str = "GET",
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None = PATIENT_SECONDS,
        failed: Failed | None = None,
    ) -> EngineStream[T]:
        """Make a stream of an answer; it is asked for at its `begin`, or when it is first read.

        `seconds` is how long the answer may take to begin.
        """
        exchange = Exchange(self.host)

        def begin() -> None:
            query = f"?{urlencode(params)}" if params else ""
            self.begin(exchange, method, path + query, headers=headers, seconds=seconds)

        return EngineStream(exchange, read, lambda error: self.failure(error, noun, failed), begin)

    def post(
        self,
        path: str,
        body: object,
        noun: str = "",
        *,
        seconds: float = PATIENT_SECONDS,
        failed: Failed | None = None,
    ) -> bytes:
        """Send a body past the SDK, which would keep some of it or add to it, and return the answer.

        Raises:
            EngineUnavailableError: the engine does not answer within `seconds`.
            AppOSError: it refuses.
        """
        exchange = Exchange(self.host)
        try:
            self.begin(exchange, "POST", path, body=body, seconds=seconds)
            return b"".join(exchange.chunks())
        except (Gone, Refusal) as error:
            raise self.failure(error, noun, failed) from cause_of(error)
        finally:
            exchange.close()

    def begin(
        self,
        exchange: Exchange,
        method: str,
        path: str,
        *,
        body: object = None,
        headers: Mapping[str, str] | None = None,
        seconds: float | None,
    ) -> None:
        """Ask on an exchange, in a version that the engine speaks now.

        Raises:
            Gone, Refusal, Closed
        """
        for is_last in (False, True):
            versioned = f"/v{self.version()}{path}"
            try:
                exchange.ask(method, versioned, body=body, headers=headers, seconds=seconds)
                return
            except Refusal as refusal:
                if is_last or not is_of_another_version(refusal.status, refusal.said):
                    raise
                self.close()

    def failure(self, error: Gone | Refusal, noun: str, failed: Failed | None = None) -> AppOSError:
        """Make an error of ours of how an exchange failed."""
        if isinstance(error, Gone):
            self.close()
            return self.away()
        return (failed or _refused_about(noun))(error.status, error.said)

    def away(self) -> EngineUnavailableError:
        """Say that the engine does not answer."""
        return EngineUnavailableError(
            f"Docker does not answer at {self.host}; is it running, and may AppOS use its socket?"
        )

    def version(self) -> str:
        """Return the version of the API in which the engine is spoken to.

        Raises:
            EngineUnavailableError: it does not answer.
            EngineError: it is too old (`engine_too_old`), or no Docker Engine.
        """
        if not self._version:
            self._version = agreed(self._told())
        return self._version

    def close(self) -> None:
        """Give back idle connections, and forget the version."""
        with self._lock:
            clients, self._clients, self._version = self._clients, {}, ""
        for client in clients.values():
            client.close()

    def _told(self) -> object:
        exchange = Exchange(self.host)
        try:
            exchange.ask("GET", "/version", seconds=PROMPT_SECONDS)
            return msgspec.json.decode(b"".join(exchange.chunks()))
        except msgspec.DecodeError:
            return None
        except (Gone, Closed) as error:
            raise self.away() from error
        except Refusal as error:
            raise refused(error.status, error.said) from None
        finally:
            exchange.close()

    def _client(self, seconds: float) -> "APIClient":
        from appos.engine.docker import sdk  # noqa: PLC0415 - as in `ask`

        found = self._clients.get(seconds)
        if found is not None:
            return found
        version = self.version()
        with self._lock:
            if seconds not in self._clients:
                # Not the SDK's "auto", which takes the engine's newest, however new that is.
                try:
                    self._clients[seconds] = sdk.new_client(self.host, version, seconds)
                except sdk.DockerException as error:
                    raise EngineError(
                        f"Docker's own configuration (DOCKER_CONFIG, ~/.docker) cannot be read: {error}."
                    ) from error
            return self._clients[seconds]


def agreed(told: Any) -> str:
    """Choose a version of the API out of what an engine tells of itself.

    Source: Docker Engine API, SystemVersion: `ApiVersion` is its newest, `MinAPIVersion` its oldest.

    Raises:
        EngineError: none is known here (`engine_too_old`), or this is no Docker Engine.
    """
    try:
        newest, oldest = _numbers(told["ApiVersion"]), _numbers(told.get("MinAPIVersion") or "1.0")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise EngineError("What answers there is no Docker Engine; look at DOCKER_HOST.") from error
    if newest < OLDEST_API:
        raise EngineError(
            f"This Docker Engine speaks version {told['ApiVersion']} of its API; AppOS needs 1.41, "
            "which Docker 20.10 has.",
            code="engine_too_old",
        )
    return "{}.{}".format(*max(oldest, min(newest, NEWEST_API)))


def _numbers(version: str) -> tuple[int, int]:
    major, minor = version.split(".")
    return int(major), int(minor)


def _refused_about(noun: str) -> Failed:
    return lambda status, said: refused(status, said, noun)
