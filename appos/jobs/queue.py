"""Connecting the job queue to what the settings name."""

from typing import TYPE_CHECKING, cast

from appos.config import Config
from appos.jobs.storage import JobQueue

if TYPE_CHECKING:
    from redis import Redis

KEY = "appos:jobs"

# A request that queues a job waits this long at most, once in two seconds; then memory takes the job.
CONNECT_SECONDS = 0.5
ANSWER_SECONDS = 0.5


class RedisQueue:
    """Messages in a Redis list, the oldest first."""

    def __init__(self, client: "Redis") -> None:
        self._client = client

    def enqueue(self, data: bytes, _priority: float | None = None) -> None:
        """Put a message behind the others."""
        self._client.rpush(KEY, data)

    def dequeue(self) -> bytes | None:
        """Take the oldest message, if there is one."""
        return cast("bytes | None", self._client.lpop(KEY))

    def queue_size(self) -> int:
        """Return how many messages wait."""
        return self._client.llen(KEY)


def connect_queue(config: Config) -> JobQueue:
    """Return the queue: over Redis where `REDIS_ADDR` names one, else in memory."""
    if not config.redis_addr:
        return JobQueue("appos", None)
    # Imported where it is needed: the client costs 60 ms and 6 MB at start.
    import redis  # noqa: PLC0415
    from redis.backoff import NoBackoff  # noqa: PLC0415
    from redis.retry import Retry  # noqa: PLC0415

    host, _, port = config.redis_addr.rpartition(":")
    client = redis.Redis(
        host=host.strip("[]"),
        port=int(port),
        password=config.redis_password or None,
        socket_connect_timeout=CONNECT_SECONDS,
        socket_timeout=ANSWER_SECONDS,
        # Tried again by the queue itself, two seconds later, with memory in between.
        retry=Retry(NoBackoff(), 0),
    )
    return JobQueue("appos", RedisQueue(client), (redis.RedisError, OSError))
