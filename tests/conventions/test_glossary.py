"""One word for one thing, in both languages: what `docs/glossary.md` rules out stands nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.laboratory import ROOT

_ROW = re.compile(
    r"^\| (?P<zh>[^|]+) \| (?P<en>[^|]+) \| (?P<what>[^|]+) \|(?P<ruled_out>[^|]*)\|$"
)
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def rows() -> list[dict[str, str]]:
    lines = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    found = [match.groupdict() for match in map(_ROW.match, lines) if match]
    return [row for row in found if _CHINESE.search(row["zh"]) and row["en"] != "English"]


def ruled_out() -> list[str]:
    return [word.strip() for row in rows() for word in row["ruled_out"].split(",") if word.strip()]


def said(node: Any, place: str) -> Iterator[tuple[str, str]]:
    """Every text below a node, with its place."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from said(value, f"{place}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from said(value, f"{place}.{number}")
    elif isinstance(node, str):
        yield place, node


def files() -> list[Path]:
    messages = (ROOT / "pipelines").rglob("messages*/*.yaml")
    return sorted({*messages, *(ROOT / "policy").rglob("*.yaml")})


@pytest.fixture(scope="module")
def words() -> list[tuple[str, str]]:
    """What people read: messages whole; of policies the texts in two languages."""
    found = []
    for file in files():
        for place, text in said(yaml.safe_load(file.read_text(encoding="utf-8")), file.name):
            if "messages" in str(file) or place.endswith((".zh", ".en")):
                found.append((place, text))
    return found


def test_the_glossary_has_words_and_pages_are_read(words: list[tuple[str, str]]) -> None:
    assert len(rows()) > 25 and len(ruled_out()) > 15
    assert len(words) > 4000


@pytest.mark.parametrize("word", ruled_out())
def test_a_word_that_is_ruled_out_stands_nowhere(word: str, words: list[tuple[str, str]]) -> None:
    found = re.compile(re.escape(word) if _CHINESE.search(word) else rf"(?i)\b{re.escape(word)}\b")
    assert [place for place, text in words if found.search(text)] == []


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["zh"])
def test_the_words_of_the_glossary_are_those_of_the_pages(
    row: dict[str, str], words: list[tuple[str, str]]
) -> None:
    texts = "\n".join(text for _, text in words).lower()
    assert row["zh"] in texts
    named = [word.strip(" *").split(" (")[0] for word in re.split(r"[;,]", row["en"])]
    assert any(name.lower() in texts for name in named)
