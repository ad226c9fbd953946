"""The documentation is current: generated pages, links, the words of the README."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.cli.main import cli
from pipelines.handbook.handbook import documents
from tests.support.laboratory import ROOT
from tests.support.pictures import PICTURES

GUIDES = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").glob("guide*.md"))


@pytest.fixture(scope="module")
def generated() -> dict[str, str]:
    return documents()


@pytest.mark.parametrize("name", ["kpi-handbook.zh.md", "kpi-handbook.en.md", "tables.md"])
def test_a_generated_page_is_current(generated: dict[str, str], name: str) -> None:
    written = (ROOT / "docs" / name).read_text(encoding="utf-8")
    assert written == generated[name], "run: python -m pipelines.handbook"


def test_every_link_between_pages_leads_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)} → {target}")
    assert broken == []


@pytest.mark.parametrize("page", ["README.md", *GUIDES])
def test_the_commands_of_the_readme_and_the_guides_exist(page: str) -> None:
    """As they are typed: in a block of code, or between backquotes."""
    text = (ROOT / page).read_text(encoding="utf-8")
    used = set(re.findall(r"(?:`|^[ $]*)attain (?!-)([\w-]+)", text, re.MULTILINE)) - {"turns"}
    assert used <= set(cli.commands)


def test_the_targets_of_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = set(re.findall(r"(?:^|`)make (\w[\w-]*)", text, re.MULTILINE))
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert all(re.search(rf"^{target}:", made, re.MULTILINE) for target in targets)


def test_every_picture_is_small_shown_and_of_a_page_that_the_list_names() -> None:
    shown = re.findall(
        r"\]\((docs/images/[^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8")
    )
    assert {f"docs/images/{name}.png" for name, *_ in PICTURES} == set(shown)
    files = list((ROOT / "docs" / "images").iterdir())
    assert {str(path.relative_to(ROOT)) for path in files} == set(shown)
    assert [path.name for path in files if path.stat().st_size > 300_000] == []


def test_nothing_committed_is_large_or_names_a_machine() -> None:
    import subprocess

    files = (
        subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
        .stdout.decode()
        .split("\0")
    )
    too_large = [f for f in files if f and (ROOT / f).stat().st_size > 1_000_000]
    assert too_large == []
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert Path("/work").as_posix() not in lock
