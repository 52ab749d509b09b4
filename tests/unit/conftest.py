"""What holds for every unit test."""

import bcrypt
import pytest

from appos.accounts import passwords
from tests.conftest import CHEAP

CHEAP_NOBODY = bcrypt.hashpw(b"nobody", bcrypt.gensalt(CHEAP))


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash at bcrypt's least cost; tests/unit/accounts/test_passwords.py looks at the real one."""
    monkeypatch.setattr(passwords, "COST", CHEAP)
    monkeypatch.setattr(passwords, "_NOBODY", CHEAP_NOBODY)
