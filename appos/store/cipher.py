"""Secrets at rest: encrypted with a key that lies beside the databases, and in none of them."""

import os
from pathlib import Path

from nacl.encoding import Base64Encoder
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from nacl.utils import random

from appos.errors import StoreError


class Cipher:
    """Encrypts and decrypts texts; the key is made when it is first needed.

    Source: NaCl, "Secret-key authenticated encryption".
    """

    def __init__(self, path: Path) -> None:
        """`path` is that of the key, which is for its owner alone."""
        self._path = path

    def encrypt(self, text: str) -> str:
        """Return a text that `decrypt` understands."""
        return self._box().encrypt(text.encode(), encoder=Base64Encoder).decode()

    def decrypt(self, encrypted: str) -> str:
        """Return the text.

        Raises:
            StoreError: `secret_unreadable`: the key is another than the text was encrypted with.
        """
        try:
            return self._box().decrypt(encrypted.encode(), encoder=Base64Encoder).decode()
        except (CryptoError, ValueError) as error:
            message = f"A secret cannot be read with the key in {self._path.name}; enter the secret again."
            raise StoreError(message, code="secret_unreadable") from error

    def _box(self) -> SecretBox:
        try:
            return SecretBox(self._path.read_bytes())
        except FileNotFoundError:
            return SecretBox(self._made())
        except (OSError, ValueError) as error:
            message = f"The key in {self._path} cannot be read; restore it from a backup, or remove it."
            raise StoreError(message, code="secret_unreadable") from error

    def _made(self) -> bytes:
        """Make a key, once whoever else asks for it at the same time."""
        key = random(SecretBox.KEY_SIZE)
        made = self._path.with_name(f".{self._path.name}-{os.urandom(6).hex()}")
        with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, self._path)
        except FileExistsError:
            key = self._path.read_bytes()
        finally:
            made.unlink()
        return key
