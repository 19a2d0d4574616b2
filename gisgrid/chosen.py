"""Secrets that people choose: which are good enough, and how one is recognised again."""

import unicodedata

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from gisgrid.errors import Fault, Refused

_HASH = PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))
"""19 MiB and two passes (OWASP): some 50 ms of one core, and all of the service's threads fit into memory."""
NOBODYS = _HASH.hash("nobody's")
"""What a wrong name is compared with, so that it takes as long as a wrong secret."""
SHORTEST, FEWEST = 10, 5


def hash_secret(secret: str) -> str:
    """The Argon2 hash by which `recognise` knows this secret."""
    return _HASH.hash(secret)


def recognise(secret: str, kept: str) -> bool:
    """Is this the secret of the hash? Takes some 50 ms."""
    return _HASH.verify(plain(secret), kept)


def plain(secret: str) -> str:
    """The secret as it is compared: one keyboard writes a character in one piece, another in two (NFKC, as SCRAM)."""
    return unicodedata.normalize("NFKC", secret)


def check_chosen(secret: str, name: str) -> str:
    """The secret that an account of this name chose, as it is kept. Raises Refused if it is easily guessed."""
    chosen = plain(secret)
    if len(chosen) < SHORTEST or len(set(chosen)) < FEWEST:
        message = f"a secret has at least {SHORTEST} characters, {FEWEST} of them different"
        raise Refused(Fault("new_secret", message, "for example four words in a row"))
    if name in chosen.lower() or chosen.startswith("gg_"):
        message = "the name of the account, and gg_, are no part of its secret"
        raise Refused(Fault("new_secret", message, "choose another one"))
    if not chosen.isprintable():
        message = "a secret has only characters that can be seen"
        raise Refused(Fault("new_secret", message, "leave out tabs and line ends"))
    return chosen
