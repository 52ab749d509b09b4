"""Git repositories behind real servers: Git's own HTTP backend, with TLS or without, and an SSH server."""

import asyncio
import base64
import http.server
import os
import shlex
import ssl
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncssh

USER = "deploy"
TOKEN = "token-of-the-repository"  # noqa: S105 - of the tests' own server
# What a commit needs of whoever makes it.
WHO = {
    "GIT_AUTHOR_NAME": "Ada",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
}


def git(folder: Path, *arguments: str) -> str:
    """Run git in a directory, and return what it printed."""
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env={**os.environ, **WHO}, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@dataclass
class Repository:
    """A repository with a work tree; what is committed is there for whoever asks."""

    folder: Path

    def commit(self, files: Mapping[str, str | None], branch: str = "main") -> str:
        """Write files, or remove them, commit that, and return the commit's id."""
        git(self.folder, "symbolic-ref", "HEAD", f"refs/heads/{branch}")
        for path, text in files.items():
            file = self.folder / path
            if text is None:
                file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        git(self.folder, "add", "--all")
        git(self.folder, "commit", "--quiet", "--allow-empty", "--message", "changed")
        return git(self.folder, "rev-parse", "HEAD")


def repository(folder: Path) -> Repository:
    """Make a repository."""
    folder.mkdir(parents=True)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    git(folder, "config", "http.receivepack", "false")
    return Repository(folder)


@dataclass
class HttpServer:
    """A server of all repositories below a directory; `asked` are the requests that it has answered."""

    url: str
    asked: list[tuple[str, str]] = field(default_factory=list)


class _Handler(http.server.BaseHTTPRequestHandler):
    served: HttpServer
    root: Path
    token: str
    redirect: str

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer(body)

    def _answer(self, body: bytes) -> None:
        self.served.asked.append((self.path, self.headers.get("Authorization", "")))
        if self.redirect:
            self.send_response(302)
            self.send_header("Location", self.redirect + self.path)
            self.end_headers()
            return
        wanted = "Basic " + base64.b64encode(f"{USER}:{self.token}".encode()).decode()
        if self.token and self.headers.get("Authorization") != wanted:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        self._run(body)

    def _run(self, body: bytes) -> None:
        """Let Git's backend answer. Source: git-http-backend(1)."""
        path, _, query = self.path.partition("?")
        env = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            "REMOTE_ADDR": "127.0.0.1",
        }
        done = subprocess.run(["git", "http-backend"], env=env, input=body, capture_output=True, check=True)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        headers = dict(it.split(": ", 1) for it in head.decode().split("\r\n"))
        self.send_response(int(headers.pop("Status", "200").split()[0]))
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        del format, args


@contextmanager
def http_server(
    root: Path,
    *,
    host: str = "127.0.0.1",
    certificate: tuple[Path, Path] | None = None,
    token: str = "",
    redirect: str = "",
) -> Iterator[HttpServer]:
    """Serve repositories; with a `token` for who has it alone, with `redirect` all requests elsewhere."""
    served = HttpServer("")

    handler = type(
        "Handler", (_Handler,), {"served": served, "root": root, "token": token, "redirect": redirect}
    )
    server = http.server.ThreadingHTTPServer((host, 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    served.url = f"{'https' if certificate else 'http'}://{host}:{server.server_address[1]}"
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate_of(folder: Path, host: str = "127.0.0.1") -> tuple[Path, Path]:
    """Make a certificate that is its own authority, and its key."""
    certificate, key = folder / "server.pem", folder / "server.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={host}"]
        + ["-addext", f"subjectAltName=IP:{host}", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )
    return certificate, key


@dataclass
class SshServer:
    """An SSH server for one user and one key; it runs what Git asks for alone."""

    port: int
    key: str


@contextmanager
def ssh_server(host_key: Path, client_key: Path) -> Iterator[SshServer]:
    """Serve all repositories of the machine at the loopback address; keys that are missing are made."""
    for path in (host_key, client_key):
        if not path.exists():
            asyncssh.generate_private_key("ssh-ed25519").write_private_key(str(path))
    public = asyncssh.read_private_key(str(client_key)).export_public_key().decode()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[str(host_key)],
            authorized_client_keys=asyncssh.import_authorized_keys(public),
            process_factory=_upload_pack,
            encoding=None,
        )

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result(10)
    try:
        yield SshServer(server.get_port(), client_key.read_text(encoding="ascii"))
    finally:
        loop.call_soon_threadsafe(server.close)
        asyncio.run_coroutine_threadsafe(server.wait_closed(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


async def _upload_pack(process: "asyncssh.SSHServerProcess[bytes]") -> None:
    words = shlex.split(process.command or "")
    if len(words) != 2 or words[0] != "git-upload-pack":
        process.stderr.write(b"only git-upload-pack is served\n")
        process.exit(126)
        return
    served = await asyncio.create_subprocess_exec(
        *("git", "upload-pack", words[1]),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    asked = asyncio.create_task(_pump(process.stdin, served.stdin))
    await asyncio.gather(_pump(served.stdout, process.stdout), _pump(served.stderr, process.stderr))
    process.exit(await served.wait())
    await asked


async def _pump(source: Any, sink: Any) -> None:
    while data := await source.read(1 << 16):
        sink.write(data)
        await sink.drain()
