"""What comes with a request: the fields of a form, whether it is one of ours, where to go on.

Belongs here: reading and refusing. Does not belong here: answers (`app.py`).
"""

from __future__ import annotations

import re
from hmac import compare_digest
from urllib.parse import parse_qs

from starlette.requests import Request

FORM = "attain_form"
"""The cookie whose token a form must repeat."""
_PLACE = re.compile(r"(?:[\w-][\w.-]*/)*[\w-][\w.-]*")


async def sent_form(request: Request, most: int = 4_096) -> dict[str, str] | None:
    """The fields of a form; None for what is no form of ours."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/x-www-form-urlencoded":
        return None
    content = b""
    async for part in request.stream():
        content += part
        if len(content) > most:
            return None
    try:
        fields = parse_qs(content.decode(), keep_blank_values=True, max_num_fields=20)
    except ValueError:
        return None
    return {name: values[-1] for name, values in fields.items()}


def is_own(request: Request, sent: dict[str, str]) -> bool:
    """Whether a form was sent from a page of ours: its token is the one of the cookie."""
    token = request.cookies.get(FORM, "")
    site = request.headers.get("sec-fetch-site", "same-origin")
    is_same = compare_digest(token.encode(), sent.get("token", "").encode())
    return bool(token) and is_same and site in ("same-origin", "none")


def own_place(path: str) -> str:
    """A path of ours to go on to, or none: never another site's address."""
    return path if _PLACE.fullmatch(path) and ".." not in path else ""
