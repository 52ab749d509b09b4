"""The rules of the policy, and what it says of a project."""

from enum import StrEnum

import msgspec

from appos.compose.models import Finding
from appos.compose.path import Part
from appos.errors import ForbiddenError


class Role(StrEnum):
    """Who deploys."""

    SUPERUSER = "superuser"
    USER = "user"


class Decision(StrEnum):
    """What becomes of an option: the mildest first."""

    ALLOWED = "allowed"
    WARNED = "warned"
    REFUSED = "refused"


class Rule(StrEnum):
    """What an option does to the host; a finding's code. Where one value breaks several, the first counts."""

    APPOS_DATA = "appos_data"
    ENGINE_SOCKET = "engine_socket"
    PRIVILEGED = "privileged"
    BUILD_ENTITLEMENT = "build_entitlement"
    HOST_NETWORK = "host_network"
    HOST_PID = "host_pid"
    HOST_IPC = "host_ipc"
    HOST_UTS = "host_uts"
    HOST_USERNS = "host_userns"
    HOST_CGROUP = "host_cgroup"
    CGROUP_PARENT = "cgroup_parent"
    FOREIGN_CONTAINER = "foreign_container"
    DEVICE = "device"
    DEVICE_RULE = "device_rule"
    GPU = "gpu"
    RUNTIME = "runtime"
    CAPABILITY = "capability"
    SECURITY_OPT = "security_opt"
    CREDENTIAL_SPEC = "credential_spec"
    SYSCTL = "sysctl"
    OOM = "oom"
    PROVIDER = "provider"
    VOLUME_DRIVER = "volume_driver"
    REMOTE_VOLUME = "remote_volume"
    MOUNT_PROPAGATION = "mount_propagation"
    HOST_PATH = "host_path"
    UNCLEAR_PATH = "unclear_path"
    OUTSIDE_PATH = "outside_path"
    EXTERNAL_VOLUME = "external_volume"
    NETWORK_DRIVER = "network_driver"
    EXTERNAL_NETWORK = "external_network"
    TMPFS_OPTION = "tmpfs_option"


class Offence(msgspec.Struct, frozen=True):
    """An option that a rule is about: where it stands, and what stands there, without secret values.

    `harm` takes the place of what the rule says in general.
    """

    rule: Rule
    path: tuple[Part, ...]
    what: str
    harm: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the policy says of a project for one role."""

    refused: tuple[Finding, ...] = ()
    warned: tuple[Finding, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Both, what is refused first."""
        return self.refused + self.warned

    def refuse(self) -> None:
        """Refuse the deployment if anything of it is refused.

        Raises:
            ForbiddenError: With the code `policy_refused`, and as its fields each option that is refused.
        """
        if not self.refused:
            return
        first, more = self.refused[0], len(self.refused) - 1
        raise ForbiddenError(
            first.message + (f" And {more} more of its options may not be used." if more else ""),
            code="policy_refused",
            fields={
                finding.path: {"code": finding.code, "message": f"{finding.message} {finding.fix}".strip()}
                for finding in self.refused
            },
        )
