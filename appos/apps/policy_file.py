"""The file that holds the settings of the policy; it is read anew for every deployment."""

from pathlib import Path

import msgspec

from appos.compose.policy.rules import PolicyRules, rules_of
from appos.errors import InvalidError, StoreError
from appos.store.whole_file import write_whole


def read_rules(path: Path) -> PolicyRules:
    """Return the settings in a file, the defaults where there is none.

    Raises:
        StoreError: `policy_unreadable`: nothing is deployed by rules that nobody has written.
    """
    try:
        return rules_of(msgspec.json.decode(path.read_bytes()))
    except FileNotFoundError:
        return PolicyRules()
    except (OSError, msgspec.MsgspecError, InvalidError) as error:
        raise StoreError(
            f"The settings of the policy in {path} cannot be read: {error}. Mend the file, or remove it to "
            "return to the defaults.",
            code="policy_unreadable",
        ) from error


def write_rules(path: Path, rules: PolicyRules) -> None:
    """Write settings to a file, which holds the old ones or the new ones, whatever happens meanwhile."""
    content = msgspec.json.format(msgspec.json.encode(rules), indent=2)
    write_whole(path, content + b"\n")
