"""A server on this machine that answers as the vendors of group robots document it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

SECRET = "SECa1b2c3"


@dataclass
class Groups:
    """What came by path, and what is answered next instead of success.

    `when` is done once, when a message of a path was taken and before that is said.
    """

    taken: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    answers: list[tuple[int, object]] = field(default_factory=list)
    location: str | None = None
    drops: int = 0
    when: dict[str, Callable[[], None]] = field(default_factory=dict)
    port: int = 0

    def url(self, kind: str) -> str:
        return f"http://127.0.0.1:{self.port}/{kind}?key=token"

    def judge(self, kind: str, query: dict[str, list[str]], content: bytes) -> tuple[int, object]:
        """The answer to a message: signature, size, and only then success."""
        body = json.loads(content)
        if kind == "wecom" and len(body["markdown"]["content"].encode()) > 4096:
            return 200, {"errcode": 40058, "errmsg": "markdown.content exceed max length 4096"}
        if kind == "dingtalk":
            stamp = query["timestamp"][0]
            sign = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
            if query["sign"][0] != base64.b64encode(sign).decode():
                return 200, {"errcode": 310000, "errmsg": "sign not match"}
        if kind == "feishu":
            sign = hmac.new(f"{body['timestamp']}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
            if body["sign"] != base64.b64encode(sign).decode():
                return 200, {"code": 19021, "msg": "sign match fail"}
            if len(content) > 20 * 1024:
                return 200, {"code": 9499, "msg": "too large"}
        self.taken.setdefault(kind, []).append(body)
        self.when.pop(kind, lambda: None)()
        return 200, {"code": 0, "msg": "success"} if kind == "feishu" else {"errcode": 0}


@contextmanager
def robot_server() -> Iterator[Groups]:
    groups = Groups()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            address = urlsplit(self.path)
            content = self.rfile.read(int(self.headers["Content-Length"]))
            groups.headers.append(dict(self.headers))
            kind = address.path.strip("/")
            if groups.answers:
                status, answer = groups.answers.pop(0)
            else:
                status, answer = groups.judge(kind, parse_qs(address.query), content)
            if groups.drops:
                groups.drops -= 1
                self.close_connection = True
                return
            text = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            if groups.location:
                self.send_header("Location", groups.location)
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Tests look at what came."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    groups.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield groups
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
