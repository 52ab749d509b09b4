"""What an app may ask of the kernel: capabilities, security options, settings; which of them are harmless."""

import re
from collections.abc import Mapping

# Source: capabilities(7); the first are those that Docker's engine gives every container, so naming one only
# takes back an ALL under cap_drop.
HARMLESS_CAPABILITIES: Mapping[str, str] = {
    "AUDIT_WRITE": "given to every container: writes to the kernel's audit log",
    "CHOWN": "given to every container: changes owners of the container's files",
    "DAC_OVERRIDE": "given to every container: opens the container's files whatever their permissions",
    "FOWNER": "given to every container: changes permissions of the container's files",
    "FSETID": "given to every container: keeps setuid bits of the container's files",
    "KILL": "given to every container: ends the container's processes",
    "MKNOD": "given to every container: makes device files, which the device rules do not let it use",
    "NET_BIND_SERVICE": "given to every container: listens on the container's ports below 1024",
    "NET_RAW": "given to every container: pings",
    "SETFCAP": "given to every container: sets capabilities of the container's files",
    "SETGID": "given to every container: changes groups of the container's processes",
    "SETPCAP": "given to every container: gives up capabilities",
    "SETUID": "given to every container: changes users of the container's processes",
    "SYS_CHROOT": "given to every container: changes the root within the container's own files",
    "IPC_LOCK": "keeps memory from being swapped, as vaults and databases ask; memory limits still hold",
}

_CAPABILITY_HARM: Mapping[str, str] = {
    "ALL": "gives the app every right of the host's root but for devices",
    "BPF": "lets the app load programs into the kernel of the host",
    "DAC_READ_SEARCH": "lets the app read every file of the host's disks",
    "LINUX_IMMUTABLE": "lets the app make files that not even root can delete",
    "MAC_ADMIN": "lets the app change the host's security rules",
    "MAC_OVERRIDE": "lets the app pass over the host's security rules",
    "NET_ADMIN": "lets the app change its addresses, routes and firewall, and listen to its neighbours",
    "PERFMON": "lets the app look into what other programs of the host are doing",
    "SYSLOG": "lets the app read the kernel's messages and addresses, which help in attacking it",
    "SYS_ADMIN": "lets the app mount and change almost everything in the kernel, which is near to being root",
    "SYS_BOOT": "lets the app restart the host or load another kernel",
    "SYS_MODULE": "lets the app load code into the host's kernel",
    "SYS_NICE": "lets the app take the processors from other programs of the host",
    "SYS_PACCT": "lets the app switch the accounting of all processes on and off",
    "SYS_PTRACE": "lets the app look into and change the processes that it sees",
    "SYS_RAWIO": "lets the app read and write the host's memory and disks directly",
    "SYS_RESOURCE": "lets the app pass over limits of the host's resources",
    "SYS_TIME": "lets the app change the host's clock",
    "SYS_TTY_CONFIG": "lets the app disturb the host's terminals",
}

# Settings of the container's own network, which end with it. Source: Linux, Documentation/networking/
# ip-sysctl.rst and admin-guide/sysctl/net.rst.
HARMLESS_SYSCTLS: Mapping[str, str] = {
    "net.core.somaxconn": "how many connections wait to be accepted",
    "net.ipv4.ip_local_port_range": "which ports the app calls from",
    "net.ipv4.ip_unprivileged_port_start": "from which port on users other than root may listen",
    "net.ipv4.ping_group_range": "who may ping",
    "net.ipv4.tcp_fin_timeout": "how long closed connections are remembered",
    "net.ipv4.tcp_keepalive_intvl": "how often idle connections are tried",
    "net.ipv4.tcp_keepalive_probes": "how often idle connections are tried in vain",
    "net.ipv4.tcp_keepalive_time": "when idle connections are tried",
    "net.ipv4.tcp_max_syn_backlog": "how many connections may be half open",
    "net.ipv4.tcp_syncookies": "what is done about too many half-open connections",
    "net.ipv4.tcp_tw_reuse": "whether ports of closed connections are used again at once",
    "net.ipv6.conf.all.disable_ipv6": "whether the app's network has IPv6",
    "net.ipv6.conf.default.disable_ipv6": "whether the app's network has IPv6",
    "net.ipv6.conf.lo.disable_ipv6": "whether the app's loopback has IPv6",
}

# Values that are the engine's own defaults, or stricter. An engine takes `:` for `=`, as old files have it.
_HARMLESS_SECURITY = re.compile(
    r"no-new-privileges([:=](true|1|t))?|seccomp[:=]builtin|apparmor[:=]docker-default", re.IGNORECASE
)

_LONGEST_OPTION = 80


def capability(name: str) -> str:
    """Return a capability in its plain spelling: upper case, without `CAP_`."""
    return name.strip().upper().removeprefix("CAP_")


def capability_harm(name: str) -> str | None:
    """Say what a capability, in any spelling, lets an app do; None if it is harmless, "" if unknown."""
    plain = capability(name)
    return None if plain in HARMLESS_CAPABILITIES else _CAPABILITY_HARM.get(plain, "")


def is_harmless_sysctl(name: str) -> bool:
    """Say whether a setting, whose words are divided by `.` or `/`, is one of the harmless."""
    return name.strip().replace("/", ".") in HARMLESS_SYSCTLS


def is_harmless_security(option: str) -> bool:
    """Say whether a security option takes nothing away from the engine's own."""
    return _HARMLESS_SECURITY.fullmatch(option.strip()) is not None


def security_name(option: str) -> str:
    """Return how an option may be told: a profile may be a whole document."""
    option = option.strip()
    return option if len(option) <= _LONGEST_OPTION else f"{re.split('[:=]', option)[0]}=…"
