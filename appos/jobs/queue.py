"""Connecting the job queue to what the settings name."""

from appos.config import Config
from appos.jobs.storage import JobQueue

CONNECT_SECONDS = 1.0
ANSWER_SECONDS = 3.0


def connect_queue(config: Config) -> JobQueue:
    """Return the queue: over Redis where `REDIS_ADDR` names one, else in memory."""
    if not config.redis_addr:
        return JobQueue("appos", None)
    # Imported where it is needed: the client costs 60 ms and 6 MB at start.
    import redis  # noqa: PLC0415
    from huey.storage import PriorityRedisStorage  # noqa: PLC0415
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
    remote = PriorityRedisStorage("appos", blocking=False, connection_pool=client.connection_pool)
    return JobQueue("appos", remote, (redis.RedisError, OSError))
