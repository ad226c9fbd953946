"""Many generated cases in one SQL run: each is a payee, a pool or a set of books of its own."""

from __future__ import annotations

from typing import TypeVar

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

Case = TypeVar("Case")


def cases(strategy: st.SearchStrategy[Case], count: int = 200) -> list[Case]:
    """The examples that hypothesis would try one by one; the same ones on every run."""
    found: list[Case] = []

    @settings(max_examples=count, phases=[Phase.generate])
    @given(strategy)
    def collect(case: Case) -> None:
        found.append(case)

    collect()
    assert len(found) >= count, f"{len(found)} cases are too few"
    return found
