"""What an app may ask of the kernel."""

from collections.abc import Callable

import pytest

from appos.compose.policy.kernel import (
    HARMLESS_CAPABILITIES,
    HARMLESS_SYSCTLS,
    capability_harm,
    is_harmless_security,
    is_harmless_sysctl,
    security_name,
)

# Source: Docker's documentation, "Runtime privilege and Linux capabilities": those that are not given.
DANGEROUS = (
    *("AUDIT_CONTROL", "AUDIT_READ", "BLOCK_SUSPEND", "BPF", "CHECKPOINT_RESTORE", "DAC_READ_SEARCH"),
    *("IPC_OWNER", "LEASE", "LINUX_IMMUTABLE", "MAC_ADMIN", "MAC_OVERRIDE", "NET_ADMIN", "NET_BROADCAST"),
    *("PERFMON", "SYS_ADMIN", "SYS_BOOT", "SYS_MODULE", "SYS_NICE", "SYS_PACCT", "SYS_PTRACE", "SYS_RAWIO"),
    *("SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "SYSLOG", "WAKE_ALARM", "ALL", "OF_TOMORROW", ""),
)


@pytest.mark.parametrize("spelling", ["{}", "CAP_{}", "cap_{}", " {} "])
@pytest.mark.parametrize("case", [str.upper, str.lower, str.title])
@pytest.mark.parametrize("name", DANGEROUS)
def test_every_other_capability_is_harmful_however_it_is_spelt(
    name: str, case: Callable[[str], str], spelling: str
) -> None:
    assert capability_harm(case(spelling.format(name))) is not None


@pytest.mark.parametrize("spelling", ["{}", "CAP_{}"])
@pytest.mark.parametrize("name", HARMLESS_CAPABILITIES)
def test_harmless_capabilities_are_known_however_they_are_spelt(name: str, spelling: str) -> None:
    assert capability_harm(spelling.format(name)) is None
    assert capability_harm(spelling.format(name).lower()) is None


def test_what_a_capability_does_is_said() -> None:
    assert "mount" in (capability_harm("cap_sys_admin") or "")
    assert capability_harm("of_tomorrow") == ""


@pytest.mark.parametrize(
    "option",
    [
        *("no-new-privileges", "no-new-privileges:true", "no-new-privileges=true", "no-new-privileges:1"),
        *("seccomp=builtin", "seccomp:builtin", "apparmor=docker-default", " no-new-privileges:true "),
    ],
)
def test_security_options_of_the_engines_own_are_harmless(option: str) -> None:
    assert is_harmless_security(option)


@pytest.mark.parametrize(
    "option",
    [
        *("seccomp=unconfined", "seccomp:unconfined", "Seccomp=Unconfined", " seccomp=unconfined"),
        *("seccomp=./profile.json", 'seccomp={"defaultAction":"SCMP_ACT_ALLOW"}', "seccomp="),
        *("apparmor=unconfined", "apparmor:unconfined", "apparmor=mine", "apparmor=docker-default2"),
        *("label=disable", "label:disable", "label=type:spc_t", "label=user:root", "label=level:s0"),
        *(
            "systempaths=unconfined",
            "no-new-privileges:false",
            "no-new-privileges=0",
            "credentialspec=file://x",
        ),
        *("writable-cgroups=true", "of-tomorrow=yes", "", "no-new-privileges:true\nseccomp=unconfined"),
    ],
)
def test_every_other_security_option_is_harmful(option: str) -> None:
    assert not is_harmless_security(option)


def test_a_profile_is_not_told_in_full() -> None:
    assert security_name("seccomp=unconfined") == "seccomp=unconfined"
    assert security_name('seccomp={"x": "' + "y" * 100 + '"}') == "seccomp=…"
    assert security_name("label:" + "y" * 100) == "label=…"


def test_settings_of_the_kernel_are_known_in_both_spellings() -> None:
    for name in HARMLESS_SYSCTLS:
        assert is_harmless_sysctl(name)
        assert is_harmless_sysctl(name.replace(".", "/"))
    for name in ("kernel.shmmax", "net.ipv4.ip_forward", "kernel/core_pattern", "vm.max_map_count", ""):
        assert not is_harmless_sysctl(name)
