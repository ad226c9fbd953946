"""What each vendor's robot takes and answers, as documented in November 2026.

| | a minute | bytes | signs | code of success | of too many |
|---|---|---|---|---|---|
| 企业微信 | 20 | 4,096 of markdown | no, the key is in the address | errcode 0 | 45009 |
| 钉钉 | 20, then blocked for 10 minutes | 20,000 | query, milliseconds | errcode 0 | 130101 |
| 飞书 | 100, and 5 a second | 20 KB | body, seconds | code 0 | 11232, 9499 while busy |

All of them answer with status 200 whatever happened: the code in the body counts. A web hook of
one's own answers by its status, and by what its JSON says against it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from pipelines.delivery.outbox.handing import InDoubtError, RefusedError, TryLaterError
from pipelines.delivery.outbox.policy import Kind
from pipelines.delivery.robots.words import Said, markdown

Body = dict[str, Any]


@dataclass(frozen=True)
class Limits:
    """Seconds between two messages of one robot, and whether full and half hours are avoided."""

    gap: float
    avoids_full_hours: bool = False


LIMITS: dict[Kind, Limits] = {
    "wecom": Limits(3.1),
    "dingtalk": Limits(3.1),
    "feishu": Limits(0.7, avoids_full_hours=True),
    "webhook": Limits(0),
}
_BYTES: dict[Kind, int] = {"wecom": 4_000, "dingtalk": 18_000, "feishu": 16_000, "webhook": 18_000}
_GATEWAY = (502, 504)
_GOOD_CODES = ("0", "200", "201", "202", "204", "ok", "success")
_TOO_MANY: dict[Kind, frozenset[int]] = {
    "wecom": frozenset({45009, -1}),
    "dingtalk": frozenset({130101, -1}),
    "feishu": frozenset({11232}),
}


def body_of(kind: Kind, of: Said) -> Body:
    """The message in a vendor's format, without its signature."""
    text = markdown(of, _BYTES[kind])
    if kind == "wecom":
        return {"msgtype": "markdown", "markdown": {"content": text}}
    if kind == "dingtalk":
        # a single line break is none in its markdown
        spaced = text.replace("\n", "\n\n")
        return {"msgtype": "markdown", "markdown": {"title": of.title, "text": spaced}}
    if kind == "feishu":
        inner = text.partition("\n")[2]
        return {
            "msg_type": "interactive",
            "card": {
                "header": {"title": {"tag": "plain_text", "content": of.title}},
                "elements": [{"tag": "markdown", "content": inner}],
            },
        }
    return {
        "title": of.title,
        "lead": of.lead,
        "tiles": [{"label": label, "value": value} for label, value in of.tiles],
        "link": of.link,
        "markdown": text,
    }


@dataclass(frozen=True)
class Signed:
    """What is posted: bytes, what the address gains, and further headers."""

    content: bytes
    query: str = ""
    headers: tuple[tuple[str, str], ...] = ()


def signed(kind: Kind, body: Body, secret: str | None, milliseconds: int) -> Signed:
    """The message with a vendor's signature, of a moment in milliseconds since 1970."""
    if secret is None:
        return Signed(_bytes(body))
    if kind == "dingtalk":
        digest = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), hashlib.sha256)
        sign = base64.b64encode(digest.digest()).decode()
        return Signed(_bytes(body), urlencode({"timestamp": milliseconds, "sign": sign}))
    seconds = str(milliseconds // 1000)
    if kind == "feishu":
        digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256)
        sign = base64.b64encode(digest.digest()).decode()
        return Signed(_bytes({"timestamp": seconds, "sign": sign, **body}))
    content = _bytes(body)
    digest = hmac.new(secret.encode(), seconds.encode() + b"." + content, hashlib.sha256)
    return Signed(
        content,
        headers=(
            ("X-Attain-Timestamp", seconds),
            ("X-Attain-Signature", f"sha256={digest.hexdigest()}"),
        ),
    )


def _bytes(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def understand(kind: Kind, status: int, content: bytes) -> str:
    """What an answer means: its words, where the message was taken.

    Raises:
        RefusedError: it will not be taken. TryLaterError: not now. InDoubtError: a gateway between
            had no answer.
    """
    text = " ".join(content.decode("utf-8", "replace").split())[:300]
    if status in _GATEWAY:
        raise InDoubtError(f"status {status} {text}")
    if status == 429 or status >= 500:
        raise TryLaterError(f"status {status} {text}")
    if not 200 <= status < 300:
        raise RefusedError(f"status {status} {text}")
    if kind == "webhook":
        _hear(content, text)
        return f"status {status}"
    try:
        answer = json.loads(content)
        code = int(answer["code"] if kind == "feishu" else answer["errcode"])
    except (ValueError, KeyError, TypeError):
        raise RefusedError(f"an answer that is none of its own: {text}") from None
    if code == 0:
        return text
    if code in _TOO_MANY[kind]:
        raise TryLaterError(text)
    raise RefusedError(text)


def _hear(content: bytes, text: str) -> None:
    """What a web hook that answered with status 200 says in its body; nothing need stand there.

    Raises:
        RefusedError: it says that it did not work. InDoubtError: it is a page for people, as a
            sign-in or a gateway shows them, or holds a code that may mean anything.
    """
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise InDoubtError(f"a page instead of an answer; is the address that of a hook? {text}")
    try:
        answer = json.loads(content)
    except ValueError:
        return
    if not isinstance(answer, dict):
        return
    failed = any(answer.get(name) is False for name in ("ok", "success"))
    said = str(answer.get("status") or "").lower() in ("error", "fail", "failed", "failure")
    if failed or said or answer.get("error") or str(answer.get("errcode") or 0) != "0":
        raise RefusedError(text)
    if str(answer.get("code") or 0).lower() not in _GOOD_CODES:
        raise InDoubtError(f"a code that is not known: {text}")
