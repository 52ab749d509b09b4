#!/usr/bin/env python3
"""Chromium that hears nothing of the machine's networks.

Chromium drops every connection when an address of the machine changes (ERR_NETWORK_CHANGED), and the engines
of the tests make and remove bridges all the time. Where it gets no netlink socket it goes on untold.

Source: Linux, seccomp(2) and filter.h; Chromium, net/base/address_tracker_linux.cc.
"""

import ctypes
import errno
import os
import platform
import socket
import struct
import sys

CHROMIUM = "/usr/bin/chromium"
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS, SECCOMP_MODE_FILTER = 22, 38, 2
SECCOMP_RET_ERRNO, SECCOMP_RET_ALLOW = 0x00050000, 0x7FFF0000
BPF_LOAD, BPF_JUMP_EQUAL, BPF_RETURN = 0x20, 0x15, 0x06
NUMBER_AT, FIRST_ARGUMENT_AT = 0, 16
# The number of socket(2). Source: Linux, unistd.h of each architecture.
SOCKET = {"x86_64": 41, "aarch64": 198}


class Program(ctypes.Structure):
    """A filter, `struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_char_p))


def refuse_netlink() -> None:
    """Refuse netlink sockets to this process and to all that it starts."""
    steps = (
        (BPF_LOAD, 0, 0, NUMBER_AT),
        (BPF_JUMP_EQUAL, 0, 3, SOCKET[platform.machine()]),
        (BPF_LOAD, 0, 0, FIRST_ARGUMENT_AT),
        (BPF_JUMP_EQUAL, 0, 1, socket.AF_NETLINK),
        (BPF_RETURN, 0, 0, SECCOMP_RET_ERRNO | errno.EAFNOSUPPORT),
        (BPF_RETURN, 0, 0, SECCOMP_RET_ALLOW),
    )
    code = b"".join(struct.pack("HBBI", *step) for step in steps)
    libc = ctypes.CDLL(None, use_errno=True)
    program = Program(len(steps), code)
    if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(
        PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(program), 0, 0
    ):
        sys.exit(f"netlink cannot be refused: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    refuse_netlink()
    os.execv(CHROMIUM, [CHROMIUM, *sys.argv[1:]])  # noqa: S606 - there is no shell, on purpose
