"""What terminals are asked for, and what is told of them."""

from enum import IntEnum

import msgspec


class Close(IntEnum):
    """Why a WebSocket was closed. Source: RFC 6455, section 7.4; from 4000 on they are AppOS's own."""

    DONE = 1000
    FAILED = 1011
    RESTART = 1012
    IDLE = 4000
    SIGNED_OUT = 4001
    GONE = 4004
    ENDED = 4008


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """Where a terminal leads: a container, perhaps that of an app's service, and how it is entered."""

    # Both "" for AppOS's own place.
    container: str
    container_name: str
    app: str = ""
    service: str = ""
    is_local: bool = False
    command: tuple[str, ...] = ()
    shell: str = ""
    user: str = ""
    workdir: str = ""
    # Whether the command runs at a terminal.
    tty: bool = True


class Resize(msgspec.Struct, frozen=True, tag="resize"):
    """The client's terminal has another size, in characters."""

    rows: int
    cols: int


class EndOfInput(msgspec.Struct, frozen=True, tag="eof"):
    """The client has no more input."""


class Ready(msgspec.Struct, frozen=True, kw_only=True, tag="ready", rename="camel"):
    """The shell runs; `recorded` tells that what it shows is kept."""

    session: str
    container: str
    idle_seconds: int
    recorded: bool = False


class Exit(msgspec.Struct, frozen=True, tag="exit"):
    """The program ended."""

    code: int


class Failed(msgspec.Struct, frozen=True, tag="error"):
    """What went wrong, in a code and a sentence."""

    code: str
    message: str


class TicketView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A ticket that opens one socket once, until a moment."""

    ticket: str
    expires_at: str


class SessionView(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A terminal that is open. `user` is an actor's label."""

    id: str
    user: str
    address: str
    app: str
    service: str
    container: str
    container_name: str
    started: str
    idle_seconds: int
    bytes_in: int
    bytes_out: int
    recorded: bool


class Sessions(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The terminals that are open, oldest first."""

    items: tuple[SessionView, ...]


Control = Resize | EndOfInput
Told = Ready | Exit | Failed
