"""What `deploy` of a service may hold."""

from appos.compose.spec.forms import (
    DURATION,
    FLOAT,
    INTEGER,
    NUMBER_OR_TEXT,
    PAIRS,
    TEXT,
    TEXTS,
    Keys,
    Kind,
    Meaning,
    Several,
    Single,
)
from appos.compose.spec.parts import DEVICE_REQUESTS

_ROLLOUT = Keys(
    {
        "parallelism": INTEGER,
        "delay": DURATION,
        "failure_action": TEXT,
        "monitor": DURATION,
        "max_failure_ratio": FLOAT,
        "order": Single((Kind.TEXT,), choices=("start-first", "stop-first")),
    }
)

DEPLOY = Keys(
    {
        "mode": TEXT,
        "endpoint_mode": TEXT,
        "replicas": INTEGER,
        "labels": PAIRS,
        "rollback_config": _ROLLOUT,
        "update_config": _ROLLOUT,
        "resources": Keys(
            {
                "limits": Keys(
                    {
                        "cpus": FLOAT,
                        "memory": Single((Kind.TEXT,), meaning=Meaning.SIZE, example="512m"),
                        "pids": INTEGER,
                    }
                ),
                "reservations": Keys(
                    {
                        "cpus": FLOAT,
                        "memory": Single((Kind.TEXT,), meaning=Meaning.SIZE, example="512m"),
                        "generic_resources": Several(
                            Keys({"discrete_resource_spec": Keys({"kind": TEXT, "value": NUMBER_OR_TEXT})})
                        ),
                        "devices": DEVICE_REQUESTS,
                    }
                ),
            }
        ),
        "restart_policy": Keys(
            {"condition": TEXT, "delay": DURATION, "max_attempts": INTEGER, "window": DURATION}
        ),
        "placement": Keys(
            {
                "constraints": TEXTS,
                "preferences": Several(Keys({"spread": TEXT})),
                "max_replicas_per_node": INTEGER,
            }
        ),
    },
    nullable=True,
)
