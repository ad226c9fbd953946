"""A manual score in quarantine holds its person, from export to result; the others go on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipelines.run.session import Session
from tests.support.books import Books, computed, rows

SCHEME: dict[str, Any] = {
    "id": "s", "version": 1, "label": {"zh": "考核", "en": "appraisal"}, "role": "rep",
    "period": "quarter", "valid_from": "2026-01-01", "minimum_days": 1,
    "indicators": [
        {"id": name, "label": {"zh": name, "en": name}, "manual": name, "weight": weight}
        for name, weight in (("attitude", 40), ("teamwork", 60))
    ],
    "bands": [{"grade": "A", "from": 0, "coefficient": 1}],
    "floating_pay": "coefficient",
}  # fmt: skip
# for attitude: the scores written, by period; who is held for it
CASES: dict[str, tuple[dict[str, str], bool]] = {
    "good": ({"2026-Q3": "80"}, False),
    "above": ({"2026-Q3": "101"}, True),
    "unit": ({"2026-Q3": "80分"}, True),
    "word": ({"2026-Q3": "good"}, True),
    "blank": ({"2026-Q3": ""}, True),
    "month": ({"2026-07": "80", "2026-08": "8o"}, True),
    # what the quarter says goes before its months
    "own": ({"2026-Q3": "80", "2026-08": "8o"}, False),
    "other": ({"2026-Q3": "80", "2026-Q2": "n/a"}, False),
    "none": ({}, False),
}


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    root, books = tmp_path_factory.mktemp("unread"), Books()
    books.policies["appraisal/s"] = SCHEME
    books.person("boss", "lead")
    for who, (attitude, _) in CASES.items():
        books.person(who, "rep", manager="boss")
        for name, given in (("attitude", attitude), ("teamwork", {"2026-Q3": "90"})):
            for period, score in given.items():
                books.add("appraisal_input", {
                    "employee_id": who, "period": period, "indicator": name, "score": score,
                    "rater_id": "boss", "rated_at": "2026-10-05 09:00:00",
                })  # fmt: skip
    books.write(root)
    with computed(root, "2026-10-31", ("mart.appraisal_result",)) as opened:
        yield opened


@pytest.mark.parametrize("who", CASES)
def test_who_has_a_score_that_cannot_be_read_is_held_for_it(session: Session, who: str) -> None:
    [(held, score)] = rows(
        session,
        "select held_for, score from mart.appraisal_result "
        f"where employee_id = '{who}' and period = '2026-Q3'",
    )
    if CASES[who][1]:
        assert (held, score) == ("score:attitude", None)
    else:
        assert (held, score) == (None, 90 if who == "none" else 86)


def test_what_cannot_be_read_is_listed_with_its_line(session: Session) -> None:
    listed = rows(
        session,
        "select employee_id, period, name, stated, _line from mart.appraisal_refused "
        "where refused_for = 'unreadable' order by 1",
    )
    assert [row[:4] for row in listed] == [
        ("above", "2026-Q3", "attitude", None), ("blank", "2026-Q3", "attitude", None),
        ("month", "2026-08", "attitude", None), ("other", "2026-Q2", "attitude", None),
        ("own", "2026-08", "attitude", None), ("unit", "2026-Q3", "attitude", None),
        ("word", "2026-Q3", "attitude", None),
    ]  # fmt: skip
    assert len({row[4] for row in listed}) == len(listed)
