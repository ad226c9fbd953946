"""An authority that stamps with the time (RFC 3161), on this machine: OpenSSL behind a port."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

_CONFIG = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
certs = {folder}/authority.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """Its address and certificates; `answers` are given instead of stamps while there are any."""

    url: str
    certificates: Path
    answers: list[tuple[int, bytes]] = field(default_factory=list)
    asked: int = 0


def _openssl(*words: str) -> bytes:
    return subprocess.run(["openssl", *words], check=True, capture_output=True).stdout


def _made(folder: Path) -> None:
    folder.mkdir()
    for name in ("authority", "signer"):
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-out", str(folder / f"{name}.key"))
    _openssl("req", "-x509", "-new", "-key", str(folder / "authority.key"), "-days", "30",
             "-subj", "/CN=authority", "-out", str(folder / "authority.pem"))  # fmt: skip
    _openssl("req", "-new", "-key", str(folder / "signer.key"), "-subj", "/CN=signer",
             "-out", str(folder / "signer.csr"))  # fmt: skip
    extension = folder / "extension"
    extension.write_text("extendedKeyUsage = critical,timeStamping\n", encoding="utf-8")
    _openssl("x509", "-req", "-in", str(folder / "signer.csr"), "-days", "30", "-CAcreateserial",
             "-CA", str(folder / "authority.pem"), "-CAkey", str(folder / "authority.key"),
             "-extfile", str(extension), "-out", str(folder / "signer.pem"))  # fmt: skip
    (folder / "serial").write_text("01\n", encoding="utf-8")
    (folder / "config").write_text(_CONFIG.format(folder=folder), encoding="utf-8")


@contextmanager
def authority(folder: Path) -> Iterator[Authority]:
    """One that answers until the block ends."""
    _made(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            found.asked += 1
            query = folder / "query"
            query.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            if found.answers:
                status, body = found.answers.pop(0)
            else:
                status = 200
                body = _openssl("ts", "-reply", "-config", str(folder / "config"),
                                "-section", "here", "-queryfile", str(query))  # fmt: skip
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests say what went wrong."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        found = Authority(f"http://127.0.0.1:{server.server_address[1]}/", folder / "authority.pem")
        Thread(target=server.serve_forever, daemon=True).start()
        yield found
        server.shutdown()
