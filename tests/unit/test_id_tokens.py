"""A provider that lies, over real HTTP: of what it may say only a true ID token signs somebody in."""

import hashlib
import hmac
import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gisgrid.errors import NotSignedIn
from gisgrid.openid import Flow, Known, Provider
from gisgrid.settings import Settings

CLIENT = "gisgrid"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())
STRANGER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
Claims = dict[str, Any]


class Liar:
    """Says what it is told to: `token` is the answer to the next code."""

    def __init__(self) -> None:
        self.token = ""
        issuer = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.say(issuer.keys if self.path == "/keys" else issuer.description)

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                self.say({"id_token": issuer.token, "token_type": "Bearer"})

            def say(self, found: dict[str, Any]) -> None:
                body = json.dumps(found).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Be quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def description(self) -> dict[str, Any]:
        named = {f"{name}_endpoint": f"{self.url}/{name}" for name in ("authorization", "token")}
        return {"issuer": self.url, "jwks_uri": f"{self.url}/keys", **named}

    @property
    def keys(self) -> dict[str, Any]:
        rsa_key = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
        curve = jwt.algorithms.ECAlgorithm.to_jwk(CURVE.public_key(), as_dict=True)
        return {"keys": [rsa_key | {"kid": "r", "use": "sig"}, curve | {"kid": "c", "use": "sig"}]}

    def claims(self, **other: Any) -> Claims:
        now = int(time.time())
        true = {"iss": self.url, "aud": CLIENT, "sub": "1", "nonce": "n", "iat": now, "exp": now + 300}
        return {name: value for name, value in (true | other).items() if value is not None}


@pytest.fixture(scope="module")
def liar() -> Iterator[Liar]:
    made = Liar()
    yield made
    made.server.shutdown()
    made.server.server_close()


def come_back(liar: Liar, token: str) -> Known:
    liar.token = token
    provider = Provider(Settings(oidc_issuer=liar.url, oidc_client_id=CLIENT))
    flow = Flow(state="s", nonce="n", verifier="v", began=int(time.time()))
    return provider.finish(flow, {"state": "s", "code": "c"}, "http://127.0.0.1/back")


def signed(claims: Claims, key: Any = KEY, algorithm: str = "RS256", kid: str = "r", **header: Any) -> str:
    return jwt.encode(claims, key, algorithm=algorithm, headers={"kid": kid, **header})


def by_hand(claims: Claims, header: dict[str, str], signature: bytes = b"") -> str:
    """What no honest library makes."""
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return ".".join(urlsafe_b64encode(part).rstrip(b"=").decode() for part in parts)


def test_a_true_token_signs_somebody_in(liar: Liar) -> None:
    assert come_back(liar, signed(liar.claims())).subject == f"{liar.url} 1"
    assert come_back(liar, signed(liar.claims(), CURVE, "ES256", "c")).subject == f"{liar.url} 1"
    assert come_back(liar, signed(liar.claims(aud=[CLIENT, "another"], azp=CLIENT))).subject == f"{liar.url} 1"


@pytest.mark.parametrize(
    "other",
    [
        {"aud": "another"}, {"aud": ["another"]}, {"aud": None}, {"azp": "another", "aud": [CLIENT, "another"]},
        {"iss": "https://another.example"}, {"iss": None}, {"sub": None}, {"nonce": None}, {"nonce": "another"},
        {"exp": -3600}, {"exp": None}, {"iat": None}, {"iat": 3600}, {"nbf": 3600}, {"sub": ""},
    ],
    ids=lambda other: "-".join(other),
)  # fmt: skip
def test_what_a_true_key_signs_must_be_ours_of_now_and_of_this_sign_in(liar: Liar, other: Claims) -> None:
    """Instants are given as seconds from now."""
    now = int(time.time())
    other = {name: now + value if isinstance(value, int) else value for name, value in other.items()}
    with pytest.raises(NotSignedIn):
        come_back(liar, signed(liar.claims(**other)))


def test_what_no_key_of_the_provider_has_signed_proves_nothing(liar: Liar) -> None:
    claims = liar.claims()
    true = signed(claims)
    head, body, seal = true.split(".")
    another = by_hand(claims | {"sub": "2"}, {"alg": "RS256", "kid": "r"}).split(".")[1]
    own = jwt.algorithms.RSAAlgorithm.to_jwk(STRANGER.public_key(), as_dict=True)
    forged = [
        by_hand(claims, {"alg": "none", "kid": "r"}),
        by_hand(claims, {"alg": "None", "kid": "r"}),
        by_hand(claims, {"alg": "RS256", "kid": "r"}),
        _by_shared_secret(claims),
        signed(claims, STRANGER),
        signed(claims, STRANGER, jwk=own),
        signed(claims, STRANGER, jku=f"{liar.url}/keys"),
        signed(claims, STRANGER, kid="unknown"),
        signed(claims, CURVE, "ES256", "r"),
        f"{head}.{another}.{seal}",
        f"{head}.{body}.",
        f"{head}.{body}",
        "",
        "a.b.c",
    ]
    for token in forged:
        with pytest.raises(NotSignedIn):
            come_back(liar, token)


def _by_shared_secret(claims: Claims) -> str:
    """The provider's public key taken for a shared secret."""
    head, body, _ = by_hand(claims, {"alg": "HS256", "kid": "r"}).split(".")
    seal = hmac.new(PEM, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{urlsafe_b64encode(seal).rstrip(b'=').decode()}"
