"""Files that only who has the key can read: AES-256-GCM in chunks, each with its number, the last one marked.

So a chunk that is changed, missing, moved or cut off is an error, and neither writing nor reading needs the whole file.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gisgrid.errors import Fault, Refused

MAGIC = b"gisgrid-sealed-1\n"
CHUNK = 1 << 20
SALT, TAG = 32, 16


class Sealer:
    """A file to write into; what goes in is sealed. Without a key it goes in as it is. `close` ends the file."""

    def __init__(self, out: BinaryIO, key: bytes | None, name: str) -> None:
        self._out, self._waiting, self._number = out, bytearray(), 0
        self._cipher: AESGCM | None = None
        if key is not None:
            salt = os.urandom(SALT)
            self._cipher = _cipher(key, salt, name)
            out.write(MAGIC + salt)

    def write(self, data: bytes) -> int:
        """Take these bytes."""
        if self._cipher is None:
            self._out.write(data)
            return len(data)
        self._waiting += data
        while len(self._waiting) > CHUNK:  # the last chunk is known only at the end
            self._seal(bytes(self._waiting[:CHUNK]), is_last=False)
            del self._waiting[:CHUNK]
        return len(data)

    def close(self) -> None:
        """Seal what is left, and see to it that all of it is on the disk."""
        if self._cipher is not None:
            self._seal(bytes(self._waiting), is_last=True)
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()

    def _seal(self, data: bytes, *, is_last: bool) -> None:
        assert self._cipher is not None  # noqa: S101
        self._out.write(self._cipher.encrypt(_nonce(self._number, is_last), data, None))
        self._number += 1


def unsealed(source: BinaryIO, key: bytes | None, name: str) -> Iterator[bytes]:
    """What is in a file, in pieces. Raises Refused: it was changed, or the key is another one."""
    if key is None:
        while piece := source.read(CHUNK):
            yield piece
        return
    if source.read(len(MAGIC)) != MAGIC:
        raise Refused(Fault(name, "this file is not sealed as it should be", "take another backup"))
    cipher = _cipher(key, source.read(SALT), name)
    number, chunk = 0, source.read(CHUNK + TAG)
    while True:
        after = source.read(CHUNK + TAG)
        try:
            yield cipher.decrypt(_nonce(number, not after), chunk, None)
        except InvalidTag as error:
            message = "the key does not open this file, or the file was changed"
            raise Refused(Fault(name, message, "give the key that it was made with, or take another backup")) from error
        if not after:
            return
        number, chunk = number + 1, after


def _cipher(key: bytes, salt: bytes, name: str) -> AESGCM:
    """A key of its own for each file, so that files cannot be exchanged."""
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=b"gisgrid backup " + name.encode())
    return AESGCM(derive.derive(key))


def _nonce(number: int, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if is_last else b"\0")
