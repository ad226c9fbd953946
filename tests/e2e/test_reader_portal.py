"""The portal over the sample's folders: every reader on every other reader's pages."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from pipelines.delivery.portal.app import application
from pipelines.delivery.portal.folders import file_in
from pipelines.delivery.portal.open import portal_parts
from pipelines.workspace.workspace import open_workspace
from tests.support.portal import Clock, statuses
from tests.support.runs import HandedOut

NOW = dt.datetime(2026, 11, 16, 9, tzinfo=dt.UTC)


@pytest.fixture(scope="module")
def app(handed_out: HandedOut):  # type: ignore[no-untyped-def]
    """Signed in by a proxy, so that eighty people are asked for in a moment."""
    policy = handed_out.root / "policy" / "portal.yaml"
    policy.write_text("sign_in: [proxy]\nproxy: {from: [10.0.0.1]}\n", encoding="utf-8")
    return application(portal_parts(open_workspace(handed_out.root), lambda: NOW, Clock()))


def files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("who", ["E023", "E007"])
def test_of_every_published_address_only_their_own_answers(
    handed_out: HandedOut, app: object, who: str
) -> None:
    own = files(handed_out.of(who))
    published = files(handed_out.root / "reports" / "latest")
    assert len(published) > 1_500
    paths = [f"/{path}" for path in sorted(published | own)]
    found = statuses(app, "10.0.0.1", {"X-Remote-User": who}, paths)
    assert {path for path, status in found.items() if status == 200} == {f"/{one}" for one in own}
    assert set(found.values()) == {200, 404}


def test_every_reader_on_a_page_of_every_other_reader_finds_nothing(
    handed_out: HandedOut, app: object
) -> None:
    folders = {who: files(handed_out.of(who)) for who in handed_out.readers}
    tried = 0
    for number, (who, own) in enumerate(folders.items()):
        pages = [
            page
            for other, theirs in folders.items()
            for page in sorted(path for path in theirs - own if f"/{other}/" in path)[:1]
        ]
        assert [page for page in pages if file_in(handed_out.of(who), page)] == []
        tried += len(pages)
        if number % 10 == 0:  # and as a browser would ask
            paths = ["/index.html", *(f"/{page}" for page in pages)]
            found = statuses(app, "10.0.0.1", {"X-Remote-User": who}, paths)
            assert found.pop("/index.html") == 200
            assert set(found.values()) <= {404}
    assert tried > 4_000
