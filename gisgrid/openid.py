"""Sign-in at the city's own provider, by OpenID Connect: the code flow with PKCE, state and nonce.

What a browser carries between leaving and coming back is in one sealed cookie; nothing is kept here. Long because it is
one exchange with one other side, each part of which is checked.
"""

import base64
import hashlib
import hmac
import json
import secrets
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

import jwt
from sqlalchemy import Connection, text

from gisgrid.database import asking
from gisgrid.errors import Fault, NotFound, NotSignedIn, Unavailable
from gisgrid.json_text import read_json
from gisgrid.layers import Json
from gisgrid.settings import Settings

ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
"""Of public keys only: a shared secret signs nothing here."""
TIMEOUT_S = 5
LONGEST = 1_000_000
KNOWN_S = 3600.0
"""For so long what a provider says of itself is believed."""
LEEWAY_S = 60
FLOW_S = 600
"""So long may somebody take to sign in there."""
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Group:
    """A group of the provider, and the role of everybody in it; `accounts`: how many came by it."""

    group_name: str
    role: str
    area: str | None
    department: str | None
    accounts: int


@dataclass(frozen=True)
class Flow:
    """What is remembered of somebody who went to sign in: in his cookie, sealed."""

    state: str
    nonce: str
    verifier: str
    began: int


@dataclass(frozen=True)
class Known:
    """Who the provider says that somebody is: `subject` for good, a name that may change, his groups."""

    subject: str
    name: str
    groups: tuple[str, ...]


class Provider:
    """The city's provider, as its discovery document describes it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._lock = threading.Lock()
        self._facts: Json = {}
        self._asked_at = 0.0
        self._keys: jwt.PyJWKClient | None = None

    @property
    def is_set(self) -> bool:
        """Is there a provider?"""
        return bool(self._settings.oidc_issuer and self._settings.oidc_client_id)

    def begin(self, callback: str) -> tuple[str, Flow]:
        """Where to send somebody who wants to sign in, and what to remember. Raises NotFound, Unavailable."""
        facts = self._described()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        flow = Flow(state, nonce, verifier, began=int(time.time()))
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=").decode()
        query = {
            "response_type": "code",
            "client_id": self._settings.oidc_client_id,
            "redirect_uri": callback,
            "scope": self._settings.oidc_scope,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        where = facts["authorization_endpoint"]
        return f"{where}{'&' if urlsplit(where).query else '?'}{urlencode(query)}", flow

    def finish(self, flow: Flow | None, given: Mapping[str, str], callback: str) -> Known:
        """Who came back with this query? Raises NotSignedIn: another flow, refused there, or what proves nothing."""
        facts = self._described()
        if flow is None or not hmac.compare_digest(flow.state.encode(), given.get("state", "").encode()):
            raise _wrong("this sign-in was not begun in this browser, or took too long")
        if time.time() - flow.began > FLOW_S:
            raise _wrong("this sign-in was not begun in this browser, or took too long")
        if given.get("iss", facts["issuer"]) != facts["issuer"]:
            raise _wrong("another provider has answered")
        if "code" not in given:
            raise _wrong(f"the provider has refused: {given.get('error', 'no code')[:80]}")
        tokens = self._trade(facts, given["code"], flow.verifier, callback)
        claims = self._checked(facts, str(tokens.get("id_token", "")), flow.nonce)
        groups = claims.get(self._settings.oidc_groups)
        if groups is None and facts.get("userinfo_endpoint") and tokens.get("access_token"):
            about = _fetch(facts["userinfo_endpoint"], headers={"Authorization": f"Bearer {tokens['access_token']}"})
            if about.get("sub") != claims["sub"]:
                raise _wrong("the provider speaks of somebody else")
            claims = about | claims
            groups = claims.get(self._settings.oidc_groups)
        found = (groups,) if isinstance(groups, str) else tuple(str(one) for one in groups or ())
        name = claims.get("preferred_username") or str(claims.get("email", "")).partition("@")[0] or "user"
        return Known(f"{facts['issuer']} {claims['sub']}", str(name), found)

    def _described(self) -> Json:
        if not self.is_set:
            raise NotFound(Fault("oidc", "no other way to sign in is set here", "sign in with name and secret"))
        issuer = self._settings.oidc_issuer
        with self._lock:
            if self._facts and time.monotonic() - self._asked_at < KNOWN_S:
                return self._facts
            facts = _fetch(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if facts.get("issuer") != issuer or not all(_is_safe(facts.get(name)) for name in needed):
                raise Unavailable(
                    Fault("oidc", "the provider does not describe itself as it should", "check GISGRID_OIDC_ISSUER")
                )
            self._keys = jwt.PyJWKClient(facts["jwks_uri"], timeout=TIMEOUT_S)
            self._facts, self._asked_at = facts, time.monotonic()
            return facts

    def _trade(self, facts: Json, code: str, verifier: str, callback: str) -> Json:
        """The tokens for this code."""
        settings = self._settings
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": callback, "code_verifier": verifier}
        headers = {}
        if settings.oidc_client_secret:
            pair = f"{quote(settings.oidc_client_id, safe='')}:{quote(settings.oidc_client_secret, safe='')}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        else:
            form["client_id"] = settings.oidc_client_id
        return _fetch(facts["token_endpoint"], form, headers)

    def _checked(self, facts: Json, token: str, nonce: str) -> Json:
        """The claims of an ID token that is the provider's, for us, of now and of this sign-in. Raises NotSignedIn."""
        assert self._keys is not None  # noqa: S101  # since it was described
        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims: Json = jwt.decode(
                token,
                key,
                algorithms=ALGORITHMS,
                audience=self._settings.oidc_client_id,
                issuer=facts["issuer"],
                leeway=LEEWAY_S,
                options={"require": ["exp", "iat", "sub", "aud", "iss"]},
            )
        except jwt.PyJWKClientConnectionError as error:
            raise Unavailable(Fault("oidc", "the provider does not answer", "try again in a moment")) from error
        except jwt.PyJWTError as error:
            raise _wrong("the provider's answer proves nothing") from error
        if not claims["sub"]:
            raise _wrong("the provider does not say who this is")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise _wrong("the provider's answer is for another sign-in")
        if claims.get("azp", self._settings.oidc_client_id) != self._settings.oidc_client_id:
            raise _wrong("the provider's answer is for another client")
        return claims


def seal_flow(connection: Connection, flow: Flow) -> str:
    """The flow as a cookie that only this server can have made."""
    body = base64.urlsafe_b64encode(json.dumps(asdict(flow)).encode()).decode()
    return f"{body}.{_seal(connection, body)}"


def open_flow(connection: Connection, cookie: str) -> Flow | None:
    """The flow of this cookie; None: it is none of ours."""
    body, _, seal = cookie.partition(".")
    if not hmac.compare_digest(_seal(connection, body).encode(), seal.encode("utf-8", "replace")):
        return None
    return Flow(**json.loads(base64.urlsafe_b64decode(body)))


def account_of(connection: Connection, known: Known) -> str:
    """The account of somebody whom the provider knows, made or changed to what his groups say. Raises NotSignedIn."""
    name: str = connection.execute(
        text("SELECT app.sign_in_by_group(:subject, :name, :groups)"),
        {"subject": known.subject, "name": known.name, "groups": list(known.groups)},
    ).scalar_one()
    return name


def require_account(name: str) -> None:
    """Check what `account_of` found. Raises NotSignedIn for a disabled account, and for whom no group maps."""
    if name == "!":
        raise NotSignedIn(Fault("oidc", "this account is disabled", "ask an administrator"))
    if not name:
        raise NotSignedIn(Fault("oidc", "none of your groups has a role here", "ask an administrator"))


def list_groups(connection: Connection, *, actor: str | None = None) -> list[Group]:
    """The groups that have a role here, in the order in which they count. Raises NotAllowed."""
    with asking(connection):
        rows = connection.execute(text("SELECT * FROM app.sign_in_groups(:actor)"), {"actor": actor}).all()
    return [Group(**row._mapping) for row in rows]


def set_group(
    connection: Connection, name: str, role: str, area: str = "", department: str = "", *, actor: str | None = None
) -> None:
    """Give a group a role here. Raises NotAllowed, Refused for a wrong role or area."""
    values = {"actor": actor, "name": name, "role": role, "area": area, "department": department}
    with asking(connection):
        connection.execute(text("SELECT app.set_sign_in_group(:actor, :name, :role, :area, :department)"), values)


def remove_group(connection: Connection, name: str, *, actor: str | None = None) -> list[str]:
    """A group has no role here any more; which accounts it lets out. `end_login` after the commit."""
    with asking(connection):
        rows = connection.execute(
            text("SELECT * FROM app.remove_sign_in_group(:actor, :name)"), {"actor": actor, "name": name}
        )
        return list(rows.scalars())


def _seal(connection: Connection, body: str) -> str:
    key = connection.execute(text("SELECT key FROM core.server_key WHERE purpose = 'ticket'")).scalar_one()
    return hmac.new(bytes(key), f"oidc {body}".encode(), hashlib.sha256).hexdigest()


def _wrong(why: str) -> NotSignedIn:
    return NotSignedIn(Fault("oidc", why, "begin again"))


def _is_safe(url: object) -> bool:
    """Is it https, or a provider on this machine?"""
    parts = urlsplit(str(url or ""))
    return parts.scheme == "https" or parts.scheme == "http" and parts.hostname in LOOPBACK


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _fetch(url: str, form: dict[str, str] | None = None, headers: dict[str, str] | None = None) -> Json:
    """The JSON object at this address. Raises Unavailable; NotSignedIn where it refuses what we send."""
    if not _is_safe(url):
        raise Unavailable(Fault("oidc", "the provider is not at an https address", "check GISGRID_OIDC_ISSUER"))
    body = None if form is None else urlencode(form).encode()
    request = urllib.request.Request(url, body, {"Accept": "application/json", **(headers or {})})  # noqa: S310
    try:
        with _opener.open(request, timeout=TIMEOUT_S) as answer:
            found = read_json(answer.read(LONGEST))
    except urllib.error.HTTPError as error:
        if form is not None and error.code in (400, 401):
            raise _wrong("the provider does not take this code") from error
        raise Unavailable(Fault("oidc", "the provider does not answer", "try again in a moment")) from error
    except (OSError, ValueError) as error:
        raise Unavailable(Fault("oidc", "the provider does not answer", "try again in a moment")) from error
    if not isinstance(found, dict):
        raise Unavailable(Fault("oidc", "the provider does not answer", "try again in a moment"))
    return found
