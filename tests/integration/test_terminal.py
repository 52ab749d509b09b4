"""Terminals in real containers, over real WebSockets: used, refused, cut off, and nothing left behind."""

import contextlib
import hashlib
import json
import os
import socket as sockets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from simple_websocket import Client, ConnectionClosed

from tests.engine_images import client_of
from tests.integration.app_site import AppSite, app_site, web
from tests.serving import Answer, wait_for

APP = "/api/appos/terminal/apps/shell/web"
CROWD = 200 if os.environ.get("CAMPAIGN") == "full" else 40


@pytest.fixture(scope="module")
def site(engine_host: str, tiny_image: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppSite]:
    folder = tmp_path_factory.mktemp("terminal")
    with app_site(
        folder, engine_host, tiny_image, TERMINAL_IDLE_SECONDS="10", TERMINAL_LOCAL="on"
    ) as running:
        running.deployed("shell", web(tiny_image), settings={"watchSeconds": 1})
        yield running


class Terminal:
    """A terminal as a browser has it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.told: list[dict[str, Any]] = []
        self.output = b""

    def say(self, data: bytes) -> None:
        self.client.send(data)

    def control(self, **message: object) -> None:
        self.client.send(json.dumps(message))

    def until(self, wanted: bytes, seconds: float = 15.0) -> bytes:
        """Read until the output holds something, and return it."""
        give_up_at = time.monotonic() + seconds
        while wanted not in self.output:
            assert time.monotonic() < give_up_at, (wanted, self.output[-500:], self.told)
            self._read(1.0)
        return self.output

    def until_told(self, kind: str, seconds: float = 20.0) -> dict[str, Any]:
        """Read until the server tells something of a kind."""
        give_up_at = time.monotonic() + seconds
        while True:
            found = next((it for it in self.told if it["type"] == kind), None)
            if found is not None:
                return found
            assert time.monotonic() < give_up_at, self.told
            self._read(1.0)

    def _read(self, seconds: float) -> None:
        frame = self.client.receive(timeout=seconds)
        if isinstance(frame, str):
            self.told.append(json.loads(frame))
        elif frame is not None:
            self.output += frame


def ticket(site: AppSite, path: str = APP, **more: object) -> str:
    return str(site.done("POST", "terminal/tickets", {"path": path, **more}, status=200)["ticket"])


@contextmanager
def opened(site: AppSite, path: str = APP, **more: object) -> Iterator[Terminal]:
    sign = "&" if "?" in path else "?"
    address = f"ws://127.0.0.1:{site.server.port}{path}{sign}ticket={ticket(site, path, **more)}"
    client = Client(address, headers={"Origin": site.server.url})
    try:
        yield Terminal(client)
    finally:
        try:
            client.close()
        except (ConnectionClosed, OSError):
            pass


def marked(site: AppSite) -> list[str]:
    """What of terminals runs in the container."""
    look = "for d in /proc/[0-9]*; do grep -qs APPOS_TTY= $d/environ && cat $d/cmdline && echo; done; true"
    with client_of(site.host) as client:
        made = client.api.exec_create("shell-web-1", ["sh", "-c", look])
        said: bytes = client.api.exec_start(made["Id"])
    return [line for line in said.decode(errors="replace").splitlines() if line]


def processes(site: AppSite) -> str:
    """What runs in the container, dead ones that nobody has waited for left out."""
    with client_of(site.host) as client:
        made = client.api.exec_create("shell-web-1", ["ps", "-o", "stat,args"])
        said: bytes = client.api.exec_start(made["Id"])
    return "\n".join(line for line in said.decode().splitlines() if not line.startswith("Z"))


def nothing_is_left(site: AppSite, seconds: float = 5.0) -> None:
    give_up_at = time.monotonic() + seconds
    while left := marked(site):
        assert time.monotonic() < give_up_at, left
        time.sleep(0.2)


def test_a_shell_follows_its_size_and_ends_with_its_code(site: AppSite) -> None:
    with opened(site) as terminal:
        terminal.until_told("ready")
        terminal.control(type="resize", rows=33, cols=101)
        terminal.say(b"stty size; printf '\\303\\244-%s\\n' $((6*7))\n")
        assert b"33 101" in terminal.until("ä-42".encode())
        terminal.say(b"sleep 100\n")
        time.sleep(0.3)
        terminal.say(b"\x03")
        terminal.say(b"echo after-$((1+1)); exit 5\n")
        terminal.until(b"after-2")
        assert terminal.until_told("exit")["code"] == 5
    nothing_is_left(site)


def test_control_d_ends_it(site: AppSite) -> None:
    with opened(site) as terminal:
        terminal.until_told("ready")
        terminal.say(b"echo here-$((5+5))\n")
        terminal.until(b"here-10")
        time.sleep(0.3)
        terminal.say(b"\x04")
        assert terminal.until_told("exit")["code"] == 0


def test_much_comes_and_goes_whole(site: AppSite) -> None:
    paste = "stty raw -echo; echo go; head -c 2000000 | md5sum; echo pasted"
    block = b"0123456789abcdef" * 4000
    whole = (block * 40)[:2_000_000]
    with opened(site, command=["sh", "-c", paste]) as terminal:
        terminal.until(b"go")
        for start in range(0, len(whole), len(block)):
            terminal.say(whole[start : start + len(block)])
        terminal.until(b"pasted", 30)
        assert hashlib.md5(whole, usedforsecurity=False).hexdigest().encode() in terminal.output
    before = site.server.memory_kilobytes()
    shown = "head -c 20000000 /dev/zero | tr '\\0' x; echo over"
    with opened(site, command=["sh", "-c", shown]) as terminal:
        terminal.until(b"over", 60)
        assert terminal.output.count(b"x") == 20_000_000
    assert site.server.memory_kilobytes() < before + 20_000


def test_a_command_takes_the_place_of_the_shell(site: AppSite) -> None:
    with opened(site, command=["sh", "-c", "echo only-this"]) as terminal:
        terminal.until(b"only-this")
        assert terminal.until_told("exit")["code"] == 0


def test_an_image_without_a_shell_says_so(site: AppSite) -> None:
    with opened(site, f"{APP}?shell=/bin/zsh") as terminal:
        assert "zsh" in terminal.until_told("error")["message"]


def test_what_it_started_ends_with_it(site: AppSite) -> None:
    with opened(site) as terminal:
        terminal.until_told("ready")
        terminal.say(b"setsid sleep 1000 & nohup sleep 1001 & sleep 1002 & echo started-$((1+2))\n")
        terminal.until(b"started-3")
        assert len(marked(site)) >= 3
    nothing_is_left(site)


def test_what_another_user_or_an_empty_environment_hides_ends_too(site: AppSite) -> None:
    with opened(site, f"{APP}?user=nobody") as terminal:
        terminal.until_told("ready")
        terminal.say(b"env -i sleep 1003 & nohup sleep 1004 & id -un; echo started-$((1+2))\n")
        assert b"nobody" in terminal.until(b"started-3")
        assert "1003" in processes(site)
    give_up_at = time.monotonic() + 5
    while left := [it for it in ("1003", "1004") if it in processes(site)]:
        assert time.monotonic() < give_up_at, left
        time.sleep(0.2)


def test_a_command_that_takes_no_input_keeps_nobody_from_ending_it(site: AppSite) -> None:
    before = site.server.memory_kilobytes()
    with opened(site, command=["sh", "-c", "stty raw; sleep 1000"]) as terminal:
        session = terminal.until_told("ready")["session"]

        def flood() -> None:
            with contextlib.suppress(ConnectionClosed, OSError):
                for _ in range(60):
                    terminal.say(b"x" * 1_000_000)

        flooding = threading.Thread(target=flood)
        flooding.start()
        flooding.join(1.5)
        assert flooding.is_alive()
        assert site.server.memory_kilobytes() < before + 20_000
        assert site.ask("DELETE", f"terminal/sessions/{session}").status == 204
        nothing_is_left(site)
    flooding.join(10)
    assert not flooding.is_alive()


def test_a_crowd_that_is_cut_off_leaves_nothing(site: AppSite) -> None:
    # The crowds leave idle connections to the engine, a few more or less, which the next one uses.
    _cut_off_crowd(site)
    before = len(site.server.descriptors())
    _cut_off_crowd(site)
    assert len(site.server.descriptors()) < before + CROWD / 2


def _crowd(site: AppSite) -> list[Client]:
    """Open as many terminals as a crowd has, whose shells all have said something."""
    clients = []
    for _ in range(CROWD):
        address = f"ws://127.0.0.1:{site.server.port}{APP}?ticket={ticket(site)}"
        clients.append(Client(address, headers={"Origin": site.server.url}))
    for client in clients:
        Terminal(client).until(b"#", 60)
    return clients


def _cut_off_crowd(site: AppSite) -> None:
    for client in _crowd(site):
        client.sock.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        client.sock.shutdown(sockets.SHUT_RDWR)
    nothing_is_left(site, 5)
    _await_sessions(site, 0)
    time.sleep(1.0)


def _await_sessions(site: AppSite, count: int) -> None:
    give_up_at = time.monotonic() + 20
    while len(site.done("GET", "terminal/sessions", status=200)["items"]) != count:
        assert time.monotonic() < give_up_at
        time.sleep(0.1)


def test_what_a_killed_appos_left_ends_at_its_next_start(site: AppSite) -> None:
    clients = _crowd(site)
    terminal = Terminal(clients[0])
    terminal.say(b"sleep 1000 & echo up-$((2+2))\n")
    terminal.until(b"up-4")
    site.server.kill()
    assert len(marked(site)) > CROWD
    site.server.start()
    nothing_is_left(site)
    _await_sessions(site, 0)


def test_it_ends_when_nothing_happens(site: AppSite) -> None:
    with opened(site) as terminal:
        terminal.until_told("ready")
        assert terminal.until_told("error", 20)["code"] == "idle"


def test_a_superuser_ends_it_and_the_trail_tells(site: AppSite) -> None:
    with opened(site) as terminal:
        session = terminal.until_told("ready")["session"]
        assert site.ask("DELETE", f"terminal/sessions/{session}").status == 204
        assert terminal.until_told("error")["code"] == "ended"
    trail = site.done("GET", "audit?filter=action~'terminal'&perPage=50", status=200)["items"]
    assert {"terminal.open", "terminal.close", "terminal.end"} <= {it["action"] for it in trail}


def test_it_ends_with_the_token(site: AppSite) -> None:
    email, password = "eve@example.com", "Granite-Falcon-44"
    made = {"email": email, "password": password, "passwordConfirm": password}
    user = site.server.request("POST", "/api/collections/users/records", site.token, made).json()["id"]
    site.done("PUT", "apps/shell/grants", {user: "operate"}, status=200)
    signed = {"identity": email, "password": password}
    token = site.server.request("POST", "/api/collections/users/auth-with-password", json_=signed).json()[
        "token"
    ]
    asked = site.server.request("POST", "/api/appos/terminal/tickets", token, {"path": APP}).json()
    address = f"ws://127.0.0.1:{site.server.port}{APP}?ticket={asked['ticket']}"
    terminal = Terminal(Client(address, headers={"Origin": site.server.url}))
    terminal.until_told("ready")
    site.done("PUT", "apps/shell/grants", {user: "read"}, status=200)
    assert terminal.until_told("error")["code"] == "signed_out"


def handshake(site: AppSite, path: str, origin: str | None) -> int:
    """The status of a handshake."""
    headers = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **({"Origin": origin} if origin is not None else {}),
    }
    answer: Answer = site.server.request("GET", path, headers=headers)
    return answer.status


@pytest.mark.parametrize("path", ["/api/appos/system/terminal", "/terminal"])
def test_a_shell_beside_appos_is_one_and_leaves_nothing(site: AppSite, path: str) -> None:
    with opened(site, path) as terminal:
        terminal.until_told("ready")
        terminal.control(type="resize", rows=31, cols=97)
        terminal.say(b"stty size; setsid sleep 1005 & env -i sleep 1006 & echo $APPOS_TTY-$((40+2))\n")
        assert b"31 97" in terminal.until(b"-42\r\n")
        wait_for(lambda: "sleep 1005" in commands(), 5, "what the shell was asked to start")
    give_up_at = time.monotonic() + 5
    while left := [it for it in ("sleep 1005", "sleep 1006") if it in commands()]:
        assert time.monotonic() < give_up_at, left
        time.sleep(0.1)


def test_a_shell_beside_appos_ends_with_its_code_and_knows_no_setting(site: AppSite) -> None:
    with opened(site, "/terminal", command=["sh", "-c", "env; exit 7"]) as terminal:
        assert terminal.until_told("exit")["code"] == 7
        assert b"TERMINAL_LOCAL" not in terminal.output
        assert b"TERM=xterm-256color" in terminal.output


def commands() -> str:
    """What runs on this machine."""
    said = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdecimal():
                said.append((entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
    return "\n".join(said)


def test_the_way_to_appos_is_tested(site: AppSite) -> None:
    def verdict() -> str:
        return str(site.done("GET", "terminal/selftest", status=200)["code"])

    path = "/api/appos/terminal/selftest"
    text = ticket(site, path)
    assert verdict() == "not_arrived"
    # So a proxy hands a socket on that knows nothing of upgrades.
    stripped = site.server.request("GET", f"{path}?ticket={text}", headers={"Origin": site.server.url})
    assert (stripped.status, stripped.json()["code"]) == (400, "upgrade_stripped")
    assert "proxy_set_header Upgrade" in site.done("GET", "terminal/selftest", status=200)["message"]
    assert verdict() == "upgrade_stripped"
    assert handshake(site, f"{path}?ticket={text}", "http://127.0.0.1:1") == 403
    assert verdict() == "origin_refused"
    assert handshake(site, f"{APP}?ticket={text}", site.server.url) == 403
    assert verdict() == "ticket_refused"
    with opened(site, path) as terminal:
        terminal.say(b"\x00\xff\x01")
        terminal.until(b"\x00\xff\x01")
    assert verdict() == "ok"


@pytest.mark.parametrize(
    ("sent", "origin", "status"),
    [
        pytest.param("", "own", 401, id="no-ticket"),
        pytest.param("nonsense", "own", 401, id="unknown-ticket"),
        pytest.param("used", "own", 401, id="used-ticket"),
        pytest.param("other", "own", 403, id="other-target"),
        pytest.param("good", "http://evil.example.com", 403, id="foreign-origin"),
        pytest.param("good", "null", 403, id="null-origin"),
        pytest.param("good", None, 403, id="missing-origin"),
    ],
)
def test_a_socket_is_refused_before_its_handshake(
    site: AppSite, sent: str, origin: str | None, status: int
) -> None:
    text = {"": "", "nonsense": "x" * 43}.get(sent)
    if text is None:
        path = "/api/appos/terminal/containers/shell-web-1" if sent == "other" else APP
        text = ticket(site, path)
    own = site.server.url if origin == "own" else origin
    if sent == "used":
        assert handshake(site, f"{APP}?ticket={text}", "http://evil.example.com") == 403
        address = f"ws://127.0.0.1:{site.server.port}{APP}?ticket={text}"
        Client(address, headers={"Origin": site.server.url}).close()
    assert handshake(site, f"{APP}?ticket={text}", own) == status
    assert text == "" or text not in site.server.log_text()
