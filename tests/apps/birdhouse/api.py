"""Counts its visits in Redis, and says how many there were."""

import http.server
import os
import socket


def ask(*words: str) -> str:
    """Send a command to Redis. Source: Redis serialization protocol, "Inline commands"."""
    with socket.create_connection(("cache", 6379), 5) as connection, connection.makefile("rwb") as stream:
        for line in (f"AUTH {os.environ['PASSWORD']}", " ".join(words)):
            stream.write(f"{line}\r\n".encode())
            stream.flush()
            answer = stream.readline().decode().strip()
    return answer


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        said = ask("PING") if self.path == "/health" else ask("INCR", "visits")
        self.send_response(200)
        self.end_headers()
        self.wfile.write(said.encode())


http.server.ThreadingHTTPServer(("", 8000), Handler).serve_forever()
