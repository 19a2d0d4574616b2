"""A backup is a folder: the database, its roles, its photos, and a manifest by which each of them is proved."""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO, cast

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from gisgrid.backups.proof import Content
from gisgrid.backups.sealing import Sealer, unsealed
from gisgrid.errors import Fault, NotFound, Refused
from gisgrid.instants import write_instant

FORMAT = 1
MANIFEST = "manifest.json"
DUMP, ROLES, PHOTOS, BASE = "database.dump", "roles.sql", "photos.tar", "base.tar.gz"
SHORTEST_KEY = 16


@dataclass(frozen=True)
class Stored:
    """A file of a backup, as it lies there: sealed or not."""

    bytes: int
    sha256: str


@dataclass
class Manifest:
    """What a backup holds, of when, made by what."""

    made_at: str
    gisgrid: str
    migrations: list[str]
    postgresql: int
    database: str
    system: str
    is_sealed: bool
    photos: int
    contents: dict[str, Content] = field(default_factory=dict)
    files: dict[str, Stored] = field(default_factory=dict)
    format: int = FORMAT

    def write(self, folder: Path, key: bytes | None) -> None:
        """Write it; with a key also a mark that only who has the key can make."""
        text = json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)
        marked = {"manifest": text, "mark": _mark(text, key)}
        with (folder / MANIFEST).open("w", encoding="utf-8") as file:
            json.dump(marked, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())


def read_key(file: str) -> bytes | None:
    """The key in a file, of any content; "": none. Raises Refused where it is missing or too short to be one."""
    if not file:
        return None
    try:
        secret = Path(file).read_bytes().strip()
    except OSError as error:
        raise Refused(Fault("--key-file", f"{file} cannot be read: {error.strerror}", "name a file")) from error
    if len(secret) < SHORTEST_KEY:
        message, remedy = f"{file} holds fewer than {SHORTEST_KEY} bytes", "make one: head -c 32 /dev/urandom | base64"
        raise Refused(Fault("--key-file", message, remedy))
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"gisgrid backup key").derive(secret)


def find_backups(folder: Path) -> list[Path]:
    """The whole backups in a folder, the oldest first; what was cut off has no manifest, and is none."""
    return sorted(path.parent for path in folder.glob(f"[0-9]*/{MANIFEST}"))


def read_manifest(folder: Path, key: bytes | None) -> tuple[Path, Manifest]:
    """A backup, or the newest one in a folder of several, and what it says it is. Raises NotFound, Refused."""
    if not (folder / MANIFEST).is_file():
        found = find_backups(folder)
        if not found:
            raise NotFound(Fault("DIR", f"{folder} holds no whole backup", "gisgrid backup makes one"))
        folder = found[-1]
    try:
        marked: dict[str, str] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        facts: dict[str, Any] = json.loads(marked["manifest"])
        is_sealed = bool(facts["is_sealed"])
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(Fault(MANIFEST, f"{folder} has no manifest that can be read", "take another backup")) from error
    if facts.get("format") != FORMAT:
        raise Refused(Fault(MANIFEST, "this backup was made by a newer version", "use that version, or a newer one"))
    if is_sealed and key is None:
        raise Refused(Fault("--key-file", "this backup is sealed", "name the file with the key that it was made with"))
    if marked.get("mark") != _mark(marked["manifest"], key if is_sealed else None):
        message = "the key is another one, or the manifest was changed"
        raise Refused(Fault(MANIFEST, message, "give the key that it was made with, or take another backup"))
    contents = {name: Content(*row) for name, row in facts.pop("contents").items()}
    files = {name: Stored(**one) for name, one in facts.pop("files").items()}
    return folder, Manifest(**facts, contents=contents, files=files)


def check_files(folder: Path, manifest: Manifest) -> None:
    """Is every file as it was written? Raises Refused naming those that are not; reads all of them."""
    faults = []
    for name, stored in manifest.files.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != stored.bytes or _sha256(path) != stored.sha256:
            faults.append(Fault(name, "this file of the backup is missing or was changed", "take another backup"))
    if faults:
        raise Refused(*faults)


@contextmanager
def writing_file(folder: Path, name: str, key: bytes | None, manifest: Manifest) -> Iterator[BinaryIO]:
    """A file of a backup to write into, sealed if there is a key; noted in the manifest once it is whole."""
    path = folder / name
    sealer = Sealer(path.open("xb"), key, name)
    yield cast(BinaryIO, sealer)
    sealer.close()
    manifest.files[name] = Stored(path.stat().st_size, _sha256(path))


def reading_file(folder: Path, name: str, manifest: Manifest, key: bytes | None) -> Iterator[bytes]:
    """What is in a file of a backup, in pieces."""
    with (folder / name).open("rb") as file:
        yield from unsealed(file, key if manifest.is_sealed else None, name)


def name_now() -> str:
    """A name for a backup that is made now; names sort as their times do."""
    return re.sub(r"[-:]|\+.*", "", write_instant(datetime.now(UTC), to="microseconds")) + "Z"


def _mark(text: str, key: bytes | None) -> str:
    if key is None:
        return hashlib.sha256(text.encode()).hexdigest()
    return hashlib.blake2b(text.encode(), key=key, digest_size=32).hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
