"""The encrypted files that people sent: photos, recordings, documents, each under a name made from its content.

A file stands in `FOLDER/ab/cd/NAME`. NAME is a keyed hash of the content, so that the same photo sent twice is one file, and so
that somebody who holds the folder alone can't test whether a photo they know is in it. The key is never in the folder.

A stored file is `MAGIC`, 16 bytes of salt, then chunks of at most 1 MiB, each sealed with AES-256-GCM under a key derived from
the vault's key and the salt (a fresh key for each file, so the nonce may count from 0). Chunk number and "this is the last one"
are the nonce, the file's name is authenticated with each chunk: what was cut, swapped or renamed is found when it is read.
The functions block; callers on the event loop run them in a thread.
"""

from __future__ import annotations

import errno
import hmac
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"HYV1"
SALT_BYTES = 16
CHUNK_BYTES = 1024 * 1024
TAG_BYTES = 16
UNFINISHED = ".part"
UNFINISHED_FOR = timedelta(days=1)

_NAME = re.compile(r"[0-9a-f]{64}")
# EFBIG too: a limit on the size of a process's files is for the caller the same as a disk without room.
_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class VaultError(Exception):
    """The folder of files could not be read or written; trying again later may help."""


class VaultFull(VaultError):
    """There is no room for another file until somebody makes some."""


class Missing(VaultError):
    """No file of this name is in the vault, and trying again will not bring it back."""


class Damaged(VaultError):
    """The stored file is not what was put in: it was cut, changed or renamed, or the key is another one."""


class Vault:
    """Files of at most some 20 MB each, encrypted, in one folder that several processes may share."""

    def __init__(self, folder: Path, key: bytes) -> None:
        """Open the vault in `folder`, which is made (for its owner only) if it isn't there and can be.

        key: 32 bytes; a vault opened with another key finds nothing.
        Raises ValueError for a key of another length.
        """
        if len(key) != 32:
            raise ValueError(f"The vault's key must have 32 bytes, this one has {len(key)}.")
        self._folder = folder
        self._name_key = hmac.digest(key, b"huiyin vault: names", "sha256")
        self._file_key = hmac.digest(key, b"huiyin vault: files", "sha256")
        with suppress(OSError):  # on a disk that is not mounted: files wait for it, and nothing else does
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def put(self, data: bytes) -> str:
        """Store `data` and return its name (64 hexadecimal digits); when this returns the file survives a power cut.

        A file already there is left alone if it is whole, and replaced if it is damaged.
        Raises VaultFull or VaultError; then nothing of this call stands under the name.
        """
        name = hmac.digest(self._name_key, data, "sha256").hex()
        path = self._path(name)
        try:
            self.get(name)
        except (Missing, Damaged):
            with _wrapped():
                path.parent.parent.mkdir(mode=0o700, exist_ok=True)
                path.parent.mkdir(mode=0o700, exist_ok=True)
                self._write(path, name, data)
        with _wrapped():
            # Also for a file that was there already: another process may have renamed it a moment ago and not come this far.
            for folder in (path.parent, path.parent.parent, self._folder):
                _flush_folder(folder)
        return name

    def get(self, name: str) -> bytes:
        """Return the content put in under `name`. Raises Missing, Damaged, VaultError."""
        try:
            with _wrapped():
                stored = self._path(name).read_bytes()
        except VaultError as problem:
            if isinstance(problem.__cause__, FileNotFoundError) and self._folder.is_dir():
                raise Missing(f"No file {name} is in the vault.") from problem
            raise
        return self._open(name, stored)

    def put_apart(self, data: bytes) -> str:
        """Store `data` as a file of its own, whatever else has the same content, to be read by `get_apart`; errors as of `put`.

        Only such a file may be deleted when one use of it is over: a shared one may be what another case shows.
        """
        return self.put(secrets.token_bytes(SALT_BYTES) + data)

    def get_apart(self, name: str) -> bytes:
        """Return what was put in by `put_apart`; errors as of `get`."""
        return self.get(name)[SALT_BYTES:]

    def delete(self, name: str) -> None:
        """Remove the file called `name`; one that isn't there is no error. Raises VaultError."""
        with suppress(Missing), _wrapped():
            path = self._path(name)
            with suppress(FileNotFoundError):
                path.unlink()
                _flush_folder(path.parent)

    def free_bytes(self) -> int:
        """Return how many bytes the folder's disk still takes from an ordinary user. Raises VaultError."""
        with _wrapped():
            return shutil.disk_usage(self._folder).free

    def sweep(self, now: datetime) -> int:
        """Remove what crashes left half written more than a day before `now` and return how many files that were.

        Younger ones may belong to a process that is writing at this moment. Raises VaultError.
        """
        removed = 0
        with _wrapped():
            for path in self._folder.glob(f"*{UNFINISHED}"):
                # Another replica may sweep at the same time, or a slow writer finish.
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime < (now - UNFINISHED_FOR).timestamp():
                        path.unlink()
                        removed += 1
        return removed

    def _path(self, name: str) -> Path:
        return self._folder / place(name)

    def _write(self, path: Path, name: str, data: bytes) -> None:
        # Half-written files stand in the vault's own folder, where sweep() finds them without walking every other one.
        descriptor, unfinished = tempfile.mkstemp(suffix=UNFINISHED, dir=self._folder)  # 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                for piece in self._seal(name, data):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            os.replace(unfinished, path)
        except BaseException:
            with suppress(OSError):
                os.unlink(unfinished)
            raise

    def _seal(self, name: str, data: bytes) -> Iterator[bytes]:
        salt = secrets.token_bytes(SALT_BYTES)
        yield MAGIC + salt
        cipher = self._cipher(salt)
        starts = range(0, max(len(data), 1), CHUNK_BYTES)
        for index, start in enumerate(starts):
            nonce = _nonce(index, last=index == len(starts) - 1)
            yield cipher.encrypt(nonce, data[start : start + CHUNK_BYTES], name.encode())

    def _open(self, name: str, stored: bytes) -> bytes:
        head = len(MAGIC) + SALT_BYTES
        if not stored.startswith(MAGIC) or len(stored) < head:
            raise Damaged(f"The stored file {name} does not begin as one.")
        cipher = self._cipher(stored[len(MAGIC) : head])
        starts = range(head, max(len(stored), head + 1), CHUNK_BYTES + TAG_BYTES)
        pieces = []
        for index, start in enumerate(starts):
            nonce = _nonce(index, last=index == len(starts) - 1)
            try:
                pieces.append(cipher.decrypt(nonce, stored[start : start + CHUNK_BYTES + TAG_BYTES], name.encode()))
            except InvalidTag as problem:
                raise Damaged(f"Part {index} of the stored file {name} is not what was written.") from problem
        return b"".join(pieces)

    def _cipher(self, salt: bytes) -> AESGCM:
        return AESGCM(hmac.digest(self._file_key, salt, "sha256"))


def place(name: str) -> Path:
    """Say where in a vault's folder a file stands; raises Missing for what is no name of one."""
    # Names also come out of web addresses: what the vault can't have made must never become part of a path.
    if not _NAME.fullmatch(name):
        raise Missing("No file of this name is in the vault.")
    return Path(name[:2], name[2:4], name)


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + bytes([last])


def _flush_folder(folder: Path) -> None:
    # Without this a rename that has returned may be undone by a power cut.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _wrapped() -> Iterator[None]:
    """Turn the system's errors into the vault's."""
    try:
        yield
    except OSError as problem:
        if problem.errno in _NO_ROOM:
            raise VaultFull("There is no room left for files.") from problem
        raise VaultError(f"The folder of files can't be used: {problem.strerror}.") from problem
