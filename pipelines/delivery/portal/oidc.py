"""OpenID Connect: where a provider signs people in, and whom it says they are.

Belongs here: the provider's addresses and keys, asking it, and what its answer must hold. Does not
belong here: requests and pages (`byoidc.py`). The flow is that of a code with PKCE; an answer is
believed by its signature, issuer, audience, times and nonce (OpenID Connect Core 1.0, 3.1.3.7).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from threading import Lock
from typing import Any
from urllib.parse import urlsplit

from pipelines.delivery.portal.policy import OidcPolicy
from pipelines.errors import UserError

_ALGORITHMS = ["RS256", "PS256", "ES256", "RS384", "ES384"]  # signed with the provider's own key
_SECONDS = 10  # that the provider has for an answer
_LEEWAY = 60  # seconds that two clocks may differ
_KEPT_HOURS = 1


@dataclass(frozen=True)
class Started:
    """A sign-in on its way: what only this browser and this server know of it."""

    state: str
    nonce: str
    verifier: str


class ProviderError(Exception):
    """The provider did not answer, or its answer is not to be believed."""


class Provider:
    """The provider of a policy. Its addresses are asked for once in an hour, its keys as well, and
    again where an answer is signed with one that is not known yet."""

    def __init__(
        self,
        policy: OidcPolicy,
        secret: str | None,
        back: str,
        now: Callable[[], dt.datetime],
    ) -> None:
        self._policy, self._secret, self._back, self._now = policy, secret, back, now
        self._lock = Lock()
        self._known: dict[str, tuple[dt.datetime, dict[str, Any]]] = {}

    def start(self) -> tuple[str, Started]:
        """The address that a browser is sent to, and what its return is held against.

        Raises:
            ProviderError: the provider cannot be asked.
        """
        started = Started(
            secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        )
        url, _ = self._session().create_authorization_url(
            self._place("authorization_endpoint"), state=started.state, nonce=started.nonce,
            code_verifier=started.verifier,
        )  # fmt: skip
        return str(url), started

    def who(self, code: str, started: Started) -> str:
        """Whom the provider says a code stands for: the claim that policy names.

        Raises:
            ProviderError: it says nobody, or its answer is not to be believed.
        """
        import requests
        from authlib.common.errors import AuthlibBaseError

        try:
            answer = self._session().fetch_token(
                self._place("token_endpoint"), code=code, code_verifier=started.verifier,
                timeout=_SECONDS,
            )  # fmt: skip
        except (AuthlibBaseError, requests.RequestException, ValueError) as error:
            raise ProviderError(f"no token was given: {_words(error)}") from None
        claims = self._claims(str(answer.get("id_token", "")), started)
        return self._named(claims)

    def _named(self, claims: dict[str, Any]) -> str:
        found = claims.get(self._policy.claim)
        if not isinstance(found, str) or not found.strip():
            raise ProviderError(f"the token has no {self._policy.claim}")
        is_verified = claims.get("email_verified") is True or self._policy.trusts_email
        if self._policy.names == "email" and not is_verified:
            raise ProviderError("the provider has not verified the mail address")
        return found.strip()

    def _claims(self, token: str, started: Started) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        try:
            found = self._read(token)
            registry = jwt.JWTClaimsRegistry(
                now=int(self._now().timestamp()),
                leeway=_LEEWAY,
                iss={"essential": True, "value": self._policy.issuer},
                aud={"essential": True, "value": self._policy.client},
                exp={"essential": True},
                iat={"essential": True},
                sub={"essential": True},
            )
            registry.validate(found)
        except (JoseError, ValueError) as error:
            raise ProviderError(f"the token is not to be believed: {_words(error)}") from None
        nonce = str(found.get("nonce", ""))
        if not compare_digest(nonce.encode(), started.nonce.encode()):
            raise ProviderError("the token is of another sign-in")
        audience = found["aud"]
        is_for_others = isinstance(audience, list) and len(audience) > 1
        if found.get("azp", None if is_for_others else self._policy.client) != self._policy.client:
            raise ProviderError("the token was made for somebody else")
        return found

    def _read(self, token: str) -> dict[str, Any]:
        """The claims of a token that one of the provider's keys signed; new keys are asked for."""
        from joserfc import jwt
        from joserfc.errors import BadSignatureError, InvalidKeyIdError
        from joserfc.jwk import KeySet

        for is_anew in (False, True):
            keys = KeySet.import_key_set(self._json(self._place("jwks_uri"), is_anew))  # type: ignore[arg-type]
            try:
                return dict(jwt.decode(token, keys, algorithms=_ALGORITHMS).claims)
            except (BadSignatureError, InvalidKeyIdError):
                if is_anew:
                    raise
        raise AssertionError  # the loop returns or raises

    def _place(self, name: str) -> str:
        """One of the provider's addresses, as it states them itself."""
        issuer = self._policy.issuer
        stated = self._json(f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if stated.get("issuer") != issuer:
            raise ProviderError(f"{issuer} says it is {stated.get('issuer')!r}")
        found = str(stated.get(name, ""))
        if urlsplit(found).scheme != urlsplit(issuer).scheme:
            raise ProviderError(f"{issuer} states no {name} that could be asked")
        return found

    def _json(self, url: str, is_anew: bool = False) -> dict[str, Any]:
        import requests

        with self._lock:
            kept = self._known.get(url)
            hour = dt.timedelta(hours=_KEPT_HOURS)
            if kept is not None and not is_anew and self._now() - kept[0] < hour:
                return kept[1]
            try:
                answer = requests.get(url, timeout=_SECONDS, allow_redirects=False)
                answer.raise_for_status()
                found = answer.json()
            except (requests.RequestException, ValueError) as error:
                raise ProviderError(f"{url}: {_words(error)}") from None
            if not isinstance(found, dict):
                raise ProviderError(f"{url}: no object was answered")
            self._known[url] = (self._now(), found)
            return found

    def _session(self) -> Any:
        from authlib.integrations.requests_client import OAuth2Session

        return OAuth2Session(
            self._policy.client,
            self._secret,
            scope=" ".join(("openid", *self._policy.scopes)),
            redirect_uri=self._back,
            code_challenge_method="S256",
        )


def require_library() -> None:
    """Say how to get what the protocol needs.

    Raises:
        UserError: it is not installed.
    """
    from importlib.util import find_spec

    if find_spec("authlib") is None:
        raise UserError(
            "policy/portal.yaml, sign_in: oidc needs a library that is not installed. "
            "Run: pip install 'attain[oidc]'"
        )


def _words(error: BaseException) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
