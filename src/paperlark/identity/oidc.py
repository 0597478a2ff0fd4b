"""OpenID Connect, the relying party: authorization code flow with PKCE, state and nonce.

Authlib writes the requests and checks the claims of the ID token; joserfc checks its signature.
Discovery, keys and tokens come over our own bounded HTTP client.
"""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from paperlark.domain.errors import PaperlarkError
from paperlark.http.client import BoundedClient
from paperlark.http.network_settings import is_on_this_machine
from paperlark.http.response import HttpError

_LARGEST = 256 * 1024
_SECONDS = 20.0
_OK = 200
_FRESH = 3600.0
"""Seconds for which the provider's own description is believed without asking again."""
_LEEWAY = 60
"""Seconds by which its clock may differ from ours."""
_LONGEST_CODE = 4096
# Never "none", and none whose key both sides know: the provider alone can sign.
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


@dataclass(frozen=True, slots=True)
class OidcClient:
    """What this app is to the provider; `redirect_uri` is where that sends people back to."""

    issuer: str
    client_id: str
    client_secret: str
    redirect_uri: str

    def __repr__(self) -> str:
        # Keeps the secret out of tracebacks and logs.
        return f"OidcClient({self.issuer!r}, {self.client_id!r})"


class OidcProvider:
    """Asks one provider who somebody is; safe for threads. `now` is in seconds since 1970."""

    def __init__(self, client: OidcClient, now: Callable[[], float]) -> None:
        self._client = client
        self._now = now
        self._http = BoundedClient(largest=_LARGEST, seconds=_SECONDS)
        self._lock = threading.Lock()
        self._known: tuple[float, Mapping[str, str]] | None = None

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where to send somebody to sign in.

        `verifier` is the secret of PKCE, of which only the hash is in the address. Raises
        PaperlarkError where the provider cannot be asked.
        """
        from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415  # heavy
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415  # heavy

        return str(
            prepare_grant_uri(
                self._endpoints()["authorization_endpoint"],
                client_id=self._client.client_id,
                response_type="code",
                redirect_uri=self._client.redirect_uri,
                scope="openid",
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        )

    def subject(self, code: str, *, nonce: str, verifier: str) -> str:
        """Return who signed in: the subject of the ID token that the code is exchanged for.

        Raises PaperlarkError where the code is not taken, or anything about the token is wrong.
        """
        if not 0 < len(code) <= _LONGEST_CODE:
            raise self._refused("sent no code")
        endpoints = self._endpoints()
        client = self._client
        tokens = self._json(
            "POST",
            endpoints["token_endpoint"],
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": client.redirect_uri,
                "code_verifier": verifier,
            },
            # RFC 6749, 2.3.1: both are encoded before they become one name and password.
            auth=(quote(client.client_id, safe=""), quote(client.client_secret, safe="")),
        )
        keys = self._json("GET", endpoints["jwks_uri"])
        return self._checked(tokens, keys, nonce)

    def _checked(self, tokens: Mapping[str, Any], keys: Mapping[str, Any], nonce: str) -> str:
        from authlib.oidc.core import CodeIDToken  # noqa: PLC0415  # brings cryptography
        from joserfc import jwt  # noqa: PLC0415  # likewise
        from joserfc.errors import JoseError  # noqa: PLC0415  # likewise
        from joserfc.jwk import KeySet  # noqa: PLC0415  # likewise

        try:
            key_set = KeySet.import_key_set({"keys": list(keys["keys"])})
            token = jwt.decode(str(tokens["id_token"]), key_set, algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": self._client.issuer},
                    "aud": {"essential": True, "value": self._client.client_id},
                    "nonce": {"essential": True, "value": nonce},
                },
                params={
                    "nonce": nonce,
                    "client_id": self._client.client_id,
                    "access_token": str(tokens.get("access_token", "")),
                },
            )
            claims.validate(now=self._now(), leeway=_LEEWAY)
            subject = claims["sub"]
        except (JoseError, KeyError, TypeError, ValueError) as error:
            raise self._refused(f"sent a token that is not valid ({error})") from error
        if not isinstance(subject, str) or not subject:
            raise self._refused("named nobody")
        return subject

    def _endpoints(self) -> Mapping[str, str]:
        """Return the addresses of the provider, as it describes itself."""
        with self._lock:
            if self._known and self._now() < self._known[0] + _FRESH:
                return self._known[1]
        issuer = self._client.issuer
        found = self._json("GET", f"{issuer}/.well-known/openid-configuration")
        if str(found.get("issuer", "")).rstrip("/") != issuer:
            raise self._refused(f"calls itself {str(found.get('issuer'))[:200]!r}")
        endpoints = {name: str(found.get(name, "")) for name in _ENDPOINTS}
        for name, address in endpoints.items():
            if urlsplit(address).scheme != "https" and not is_on_this_machine(address):
                raise self._refused(f"has no {name} with https")
        with self._lock:
            self._known = (self._now(), endpoints)
        return endpoints

    def _json(self, method: str, address: str, **content: Any) -> Mapping[str, Any]:  # noqa: ANN401  # as httpx takes it
        headers = {"Accept": "application/json"}
        auth = content.pop("auth", None)
        if auth:
            headers["Authorization"] = _basic(*auth)
        try:
            answer = self._http.request(method, address, headers=headers, **content)
        except HttpError as error:
            raise self._refused(f"cannot be asked ({error})") from error
        try:
            found = json.loads(answer.content)
        except (ValueError, RecursionError) as error:
            raise self._refused("sent no JSON") from error
        if answer.status != _OK or not isinstance(found, dict):
            said = found.get("error", "") if isinstance(found, dict) else ""
            raise self._refused(f"refused with HTTP {answer.status} {str(said)[:80]}".strip())
        return found

    def _refused(self, why: str) -> PaperlarkError:
        return PaperlarkError(f"the OpenID provider {self._client.issuer} {why}")


def _basic(name: str, password: str) -> str:
    return f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
