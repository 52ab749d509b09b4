"""What each rule is about, and how it is decided: the defaults, and the settings that change them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from appos.compose.policy.models import Decision, Role, Rule
from appos.errors import InvalidError

ALLOWED, WARNED, REFUSED = Decision.ALLOWED, Decision.WARNED, Decision.REFUSED


class Meaning(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule is about: the options, what they let an app do to its host, and what to write instead.

    `harm` completes a sentence that begins with the option: "`pid: host` lets the app …".
    """

    options: str
    harm: str
    fix: str
    superuser: Decision = WARNED
    user: Decision = REFUSED

    def decision(self, role: Role) -> Decision:
        """Return how it is decided where no setting says otherwise."""
        return self.superuser if role is Role.SUPERUSER else self.user


MEANINGS: Mapping[Rule, Meaning] = {
    Rule.APPOS_DATA: Meaning(
        options="binds, files and build contexts in, or around, AppOS's data directory; AppOS's own volumes",
        harm="opens AppOS's own data to the app, with its passwords, keys and backups of all apps",
        fix="Mount a directory of the app's own, such as ./data.",
        superuser=REFUSED,
    ),
    Rule.ENGINE_SOCKET: Meaning(
        options="docker.sock and sockets like it, the directories they are in, `use_api_socket`",
        harm="gives the app control over Docker, and so over the host and every other app",
        fix="Remove it, or give the app a proxy that passes on only what it has to ask.",
    ),
    Rule.PRIVILEGED: Meaning(
        options="`privileged` of a service, of `build`, and of `post_start` and `pre_stop`",
        harm="lets the app do everything on the host: use all devices, read and change all files",
        fix="Remove it; if the app needs one right or one device, name it under cap_add or devices.",
    ),
    Rule.BUILD_ENTITLEMENT: Meaning(
        options="`build.entitlements`",
        harm="lets what runs during the build leave its sandbox",
        fix="Remove it, or build the image elsewhere and name it under image.",
    ),
    Rule.HOST_NETWORK: Meaning(
        options="`network_mode: host`, the network `host`, `build.network: host`",
        harm="lets the app listen on every port of the host and reach what listens only to the host itself",
        fix="Remove it, and publish the ports that are needed under ports.",
    ),
    Rule.HOST_PID: Meaning(
        options="`pid: host`",
        harm="lets the app see and end every process of the host, and read what they were started with",
        fix="Remove it.",
    ),
    Rule.HOST_IPC: Meaning(
        options="`ipc: host`",
        harm="lets the app read and change the memory that programs of the host share",
        fix="Remove it; for more shared memory write shm_size.",
    ),
    Rule.HOST_UTS: Meaning(
        options="`uts: host`",
        harm="lets the app change the name of the host",
        fix="Remove it; write hostname to name the container.",
    ),
    Rule.HOST_USERNS: Meaning(
        options="`userns_mode`",
        harm="makes root within the app root on the host, where the engine keeps them apart",
        fix="Remove it.",
    ),
    Rule.HOST_CGROUP: Meaning(
        options="`cgroup: host`",
        harm="lets the app see the resource groups of the whole host",
        fix="Remove it.",
    ),
    Rule.CGROUP_PARENT: Meaning(
        options="`cgroup_parent`",
        harm="puts the app into a resource group of the host's, where other limits or none hold",
        fix="Remove it, and write limits under deploy.resources.limits.",
    ),
    Rule.FOREIGN_CONTAINER: Meaning(
        options="`container:NAME` in `network_mode`, `pid`, `ipc`, `volumes_from` and `build.network`",
        harm="lets the app into a container that is not its own, with its network, processes or data",
        fix="Name a service of the same project, as in service:db, or connect both by a network.",
    ),
    Rule.DEVICE: Meaning(
        options="`devices`",
        harm="gives the app a device of the host, which it may read or change past the host's permissions",
        fix="Remove it, unless the app is there to use that very device.",
    ),
    Rule.DEVICE_RULE: Meaning(
        options="`device_cgroup_rules`",
        harm="lets the app use devices of the host that it makes files for itself",
        fix="Remove it, and name the device under devices.",
    ),
    Rule.GPU: Meaning(
        options="`gpus`, `deploy.resources.reservations.devices`",
        harm="gives the app a graphics card of the host, with the driver's way into its kernel",
        fix="Remove it, unless the app is there to compute on it.",
    ),
    Rule.RUNTIME: Meaning(
        options="`runtime` other than the engine's own",
        harm="lets another program than the engine's own start the app, which may separate it less",
        fix="Remove it.",
    ),
    Rule.CAPABILITY: Meaning(
        options="`cap_add` of anything but the harmless ones below",
        harm="gives the app a right of the host's root",
        fix="Remove it, unless the app's documentation says why it is needed.",
    ),
    Rule.SECURITY_OPT: Meaning(
        options="`security_opt` but `no-new-privileges` and the engine's own profiles",
        harm="takes away or replaces what keeps the app from attacking the host's kernel",
        fix="Remove it; no-new-privileges:true is fine.",
    ),
    Rule.CREDENTIAL_SPEC: Meaning(
        options="`credential_spec`",
        harm="lets the app act with an account of the host's domain",
        fix="Remove it.",
    ),
    Rule.SYSCTL: Meaning(
        options="`sysctls` of anything but the harmless ones below, also those of a network's interface",
        harm="changes a setting of the kernel",
        fix="Remove it, or set it on the host if all apps are to have it.",
    ),
    Rule.OOM: Meaning(
        options="`oom_kill_disable`, `oom_score_adj` below 0",
        harm="lets other programs of the host be ended in the app's place when memory runs out",
        fix="Remove it, and give the app a limit under deploy.resources.limits.memory.",
    ),
    Rule.PROVIDER: Meaning(
        options="`provider`, `models`",
        harm="makes Docker Compose run another program within AppOS itself",
        fix="Remove it, and run what is needed as a service with an image.",
        superuser=REFUSED,
    ),
    Rule.VOLUME_DRIVER: Meaning(
        options="volumes with a `driver` other than local or with `driver_opts` that mount something unknown",
        harm="has the host mount something that AppOS cannot look into",
        fix="Write a volume without driver and driver_opts, or a bind of ./data.",
    ),
    Rule.REMOTE_VOLUME: Meaning(
        options="volumes of type nfs, cifs and the like",
        harm="has the host mount a directory of another machine with the rights of its root",
        fix="Mount it on the host, and bind the directory.",
    ),
    Rule.MOUNT_PROPAGATION: Meaning(
        options="`bind.propagation: shared` and `rshared`",
        harm="lets what the app mounts appear on the host",
        fix="Remove it; rslave shows the app what the host mounts.",
    ),
    Rule.HOST_PATH: Meaning(
        options="binds, files and build contexts in, or around, the system's directories: `/`, `/etc`, "
        "`/proc`, `/sys`, `/dev`, `/boot`, `/root`, `/home`, `/usr`, `/var/lib/docker` and the like",
        harm="opens a directory of the host's system to the app",
        fix="Mount a directory of the app's own, such as ./data.",
    ),
    Rule.UNCLEAR_PATH: Meaning(
        options="paths that Docker Compose leaves as they are written, such as those of a build's caches; "
        "files of more than 2 MiB",
        harm="leads to a place that AppOS cannot tell beforehand",
        fix="Remove it, or write it in full.",
    ),
    Rule.OUTSIDE_PATH: Meaning(
        options="other binds, `configs`, `secrets`, `env_file`, `label_file`, `build`, `extends`, `include` "
        "out of the app's own directory, by `..`, in full or by a symbolic link",
        harm="reaches out of the app's own directory, to files that may belong to others",
        fix="Put it beside the Compose file, and name it as ./name.",
        superuser=ALLOWED,
    ),
    Rule.EXTERNAL_VOLUME: Meaning(
        options="volumes that are `external` or have a `name` of their own",
        harm="opens a volume to the app that may hold the data of another one",
        fix="Remove external and name, so that the app has a volume of its own.",
        superuser=ALLOWED,
    ),
    Rule.NETWORK_DRIVER: Meaning(
        options="networks with a `driver` other than bridge, such as macvlan",
        harm="connects the app to the host's own network, past its firewall",
        fix="Remove driver, and publish the ports that are needed under ports.",
    ),
    Rule.EXTERNAL_NETWORK: Meaning(
        options="networks that are `external` or have a `name` of their own, and as `network_mode`",
        harm="connects the app with whatever other apps are on that network",
        fix="Remove external and name, so that the app has a network of its own.",
        superuser=ALLOWED,
        user=WARNED,
    ),
    Rule.TMPFS_OPTION: Meaning(
        options="`tmpfs` with `exec`, `suid` or `dev`",
        harm="lets the app run programs from a directory that is to hold nothing but data",
        fix="Remove the option.",
        superuser=ALLOWED,
        user=WARNED,
    ),
}


class PolicyRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The settings: for each role the rules that are decided otherwise than by default.

    As JSON: `{"superuser": {"gpu": "allowed"}, "user": {"outside_path": "warned"}}`.
    """

    superuser: dict[Rule, Decision] = {}
    user: dict[Rule, Decision] = {}

    def decision(self, rule: Rule, role: Role) -> Decision:
        """Return what becomes of an option that a rule is about."""
        own = self.superuser if role is Role.SUPERUSER else self.user
        return own.get(rule, MEANINGS[rule].decision(role))


def rules_of(value: Any) -> PolicyRules:
    """Read settings from what JSON held.

    Raises:
        InvalidError: With the code `policy_rules_invalid`; the message names what is wrong and where.
    """
    try:
        return msgspec.convert(value, PolicyRules)
    except msgspec.ValidationError as error:
        raise InvalidError(
            f"The rules of the policy cannot be read: {error}. "
            'Write them as {"user": {"gpu": "allowed"}}, with allowed, warned or refused.',
            code="policy_rules_invalid",
        ) from error
