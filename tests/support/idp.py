"""A provider of OpenID Connect on this machine, which lies where a test says so."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

CLIENT, SECRET = "attain", "a secret of the provider's"


def key(name: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": name, "use": "sig"})


@dataclass
class IdentityProvider:
    """Whom it signs in, and what its tokens say beside that: `lies` replace claims."""

    now: dt.datetime
    keys: list[RSAKey] = field(default_factory=lambda: [key("one")])
    signs_with: RSAKey | None = None
    lies: dict[str, Any] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    algorithm: str = "RS256"
    is_down: bool = False
    asked: Counter[str] = field(default_factory=Counter)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    url: str = ""

    def sign_in(self, location: str, email: str, **claims: Any) -> str:
        """What a person does at the provider's page; the address it sends the browser back to."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{self.url}/authorize?")
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = {**asked, "claims": json.dumps({"email": email, **claims})}
        back = urlsplit(asked["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': asked['state']})}"

    def answer(self, path: str) -> dict[str, Any]:
        self.asked[path] += 1
        if path == "/.well-known/openid-configuration":
            places = {"authorization_endpoint": "authorize", "token_endpoint": "token",
                      "jwks_uri": "keys"}  # fmt: skip
            stated = {name: f"{self.url}/{place}" for name, place in places.items()}
            return {"issuer": self.url, **stated, **self.states}
        return KeySet(self.keys).as_dict(private=False)

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """A token for a code, once, for the client who began with this verifier."""
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        code = self.codes.pop(sent.get("code", ""), None)
        verifier = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if authorization != f"Basic {basic}" or code is None or code["code_challenge"] != challenge:
            return 400, {"error": "invalid_grant"}
        at = int(self.now.timestamp())
        claims = {"iss": self.url, "aud": CLIENT, "sub": "1", "iat": at, "exp": at + 300,
                  "nonce": code["nonce"], "email_verified": True,
                  **json.loads(code["claims"]), **self.lies}  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        signed = self.signs_with or self.keys[0]
        header = {"alg": self.algorithm, "kid": signed.kid}
        if self.algorithm == "none":
            parts = (json.dumps(one).encode() for one in ({"alg": "none"}, claims))
            token = ".".join(base64.urlsafe_b64encode(p).rstrip(b"=").decode() for p in parts) + "."
        else:
            token = jwt.encode(header, claims, signed)
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": token}


@contextmanager
def identity_provider(now: dt.datetime) -> Iterator[IdentityProvider]:
    """The provider, listening."""
    of = IdentityProvider(now)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(503 if of.is_down else 200, of.answer(self.path))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            self._say(*of.token(sent, self.headers.get("Authorization", "")))

        def _say(self, status: int, told: dict[str, Any]) -> None:
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    of.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield of
    finally:
        server.shutdown()
        server.server_close()
