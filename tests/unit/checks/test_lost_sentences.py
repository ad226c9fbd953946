"""What blocks because rows are gone says so in both languages, with the way to confirm it."""

from __future__ import annotations

from typing import get_args

import pytest

from pipelines.checks.lost import lost_finding, missed_finding
from pipelines.staging.losses import Kind, Loss


@pytest.mark.parametrize("kind", get_args(Kind))
def test_every_kind_of_loss_is_a_sentence_with_the_way_to_confirm_it(kind: Kind) -> None:
    loss = Loss("erp_receipt", "receipt", kind, ("erp/收款.csv",), 8120, 7, (1,), ())
    said = lost_finding(loss)
    for words in (said.zh, said.en):
        assert words.endswith("attain run --accept-empty receipt")
        assert "8,120" in words


@pytest.mark.parametrize("of", ["receipt", "customer"])
def test_too_few_usable_rows_are_a_sentence_too(of: str) -> None:
    said = missed_finding("receipt", of, 8120, 7)
    for words in (said.zh, said.en):
        assert "8,120" in words and of in words
