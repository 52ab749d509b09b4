"""A job that a command has asked for, followed to its end."""

import sys
import time
from typing import Any

from appos.cli.output import Output
from appos.cli.remote import Remote

FINAL = ("succeeded", "failed", "cancelled", "interrupted")
POLL_SECONDS = 0.3
EXIT_FAILED = 1


def followed(remote: Remote, output: Output, accepted: dict[str, Any]) -> int:
    """Tell the steps of a job until its end; return the exit status."""
    told: dict[str, str] = {}
    while True:
        job = remote.ask("GET", f"jobs/{accepted['job']['id']}")
        for step in job["steps"]:
            if step["state"] != "waiting" and told.get(step["name"]) != step["state"]:
                told[step["name"]] = step["state"]
                output.note(f"{step['name']}: {step['state']} {step['message']}".strip())
        if job["state"] in FINAL:
            break
        time.sleep(POLL_SECONDS)
    if output.is_json:
        output.value({"job": job})
    elif job["error"]:
        sys.stderr.write(f"{job['error']['message']}\n")
    return 0 if job["state"] == "succeeded" else EXIT_FAILED
