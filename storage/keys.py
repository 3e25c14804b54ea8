"""The city's key: seals what could name a reporter, and makes the keyed hashes by which accounts are known.

One random key of 32 bytes in its own file, outside the media folder; every use has a key of its own, derived from it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
from contextlib import suppress
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class KeyProblem(Exception):
    """The key file can't be used."""


class NoKeyFile(KeyProblem):
    """There is no such file. A new key may be made only where nothing has been sealed yet."""


class Unsealable(Exception):
    """A sealed value does not open with this key: another key file, or a damaged row."""


class Keys:
    """Everything that is done with the city's key."""

    def __init__(self, secret: bytes) -> None:
        self._seal = AESGCM(_derive(secret, b"seal"))
        self._name = _derive(secret, b"name")
        self._mark = _derive(secret, b"mark")
        self.vault = _derive(secret, b"vault")
        self.fingerprint = _derive(secret, b"fingerprint").hex()[:16]
        """Tells one key from another, and nothing about either."""

    @classmethod
    def open(cls, path: Path) -> Keys:
        """Read the key file; raises NoKeyFile, KeyProblem."""
        try:
            written = path.read_bytes()
        except FileNotFoundError as error:
            raise NoKeyFile(f"There is no key file {path}. Put your copy of it there, or set HUIYIN_KEYS to it.") from error
        except OSError as error:
            raise KeyProblem(f"The key file {path} can't be read: {error.strerror}.") from error
        try:
            secret = base64.b64decode(written.strip(), validate=True)
        except ValueError as error:
            raise KeyProblem(f"The key file {path} is damaged: it is no base64. Put your copy of it there.") from error
        if len(secret) != 32:
            raise KeyProblem(f"The key file {path} should hold 32 bytes in base64; it holds {len(secret)}.")
        if path.stat().st_mode & 0o077:
            raise KeyProblem(f"The key file {path} can be read by others. Run: chmod 600 {path}")
        return cls(secret)

    @classmethod
    def make(cls, path: Path) -> Keys:
        """Make the key file, readable by its owner only, unless it is there already, and read it; raises KeyProblem."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                _make(path)
        except OSError as error:
            raise KeyProblem(f"The key file {path} can't be made: {error.strerror}.") from error
        return cls.open(path)

    def seal(self, plain: bytes) -> bytes:
        """Encrypt (AES-256-GCM, a fresh nonce in front)."""
        nonce = os.urandom(12)
        return nonce + self._seal.encrypt(nonce, plain, None)

    def unseal(self, sealed: bytes) -> bytes:
        """Decrypt; raises Unsealable."""
        try:
            return self._seal.decrypt(sealed[:12], sealed[12:], None)
        except (InvalidTag, ValueError) as error:  # ValueError: too short to be a sealed value at all
            raise Unsealable("A sealed value does not open with this key.") from error

    def name(self, *parts: str) -> str:
        """Give the keyed hash (32 hexadecimal digits) by which something personal is known."""
        return hmac.digest(self._name, "\0".join(parts).encode(), "sha256").hex()[:32]

    def mark(self, gram: str) -> int:
        """Give the keyed hash by which a few characters of a text are known: below 2 ** 60, the lowest four bits free."""
        return int.from_bytes(hashlib.blake2b(gram.encode(), digest_size=7, key=self._mark).digest(), "big") << 4


def _derive(secret: bytes, use: bytes) -> bytes:
    return hmac.new(secret, b"huiyin " + use, hashlib.sha256).digest()


def _make(path: Path) -> None:
    """Make a key file all at once: one half written would keep the program from ever starting again."""
    new = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(base64.b64encode(os.urandom(32)) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):  # another process was faster: its key counts
            os.link(new, path)
    finally:
        new.unlink(missing_ok=True)
