"""Asks a service whether it answers: over HTTP, or whether it takes a connection. Needs Python alone."""

import http.client
import socket
import sys

SECONDS = 5.0
LEAST_ERROR = 400


def problem(kind: str, address: str, port: int, path: str, expect: int) -> str:
    """Return why a service did not answer as it should, "" if it did."""
    try:
        if kind == "tcp":
            socket.create_connection((address, port), timeout=SECONDS).close()
            return ""
        return _http_problem(address, port, path, expect)
    except (OSError, http.client.HTTPException) as error:
        return f"it does not answer on port {port}: {error or type(error).__name__}"


def _http_problem(address: str, port: int, path: str, expect: int) -> str:
    connection = http.client.HTTPConnection(address, port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"User-Agent": "AppOS"})
        status = connection.getresponse().status
    finally:
        connection.close()
    if status == expect or (not expect and status < LEAST_ERROR):
        return ""
    wanted = str(expect) if expect else f"below {LEAST_ERROR}"
    return f"it answers {path} on port {port} with {status}, not {wanted}"


def main() -> None:
    """Ask as the arguments say, and print the problem."""
    kind, address, port, path, expect = sys.argv[1:6]
    sys.stdout.write(problem(kind, address, int(port), path, int(expect)))


if __name__ == "__main__":
    main()
