"""`attain calendar` shows the days of a year and to which day they are known."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tests.support.commands import Said, write

Attain = Callable[..., Said]


def test_a_year_is_listed_with_days_off_and_days_worked(attain: Attain, workspace: Path) -> None:
    said = attain("calendar", "2026", "-w", workspace)
    assert said.code == 0
    lines = said.out.splitlines()
    assert lines[0].startswith("calendar cn: known to 20")
    assert lines[1] == "  2026-01-01 Thu  off    元旦 | New Year's Day"
    assert "  2026-01-04 Sun  works  调休上班 | worked instead" in lines


def test_machines_get_the_same_days(attain: Attain, workspace: Path) -> None:
    write(workspace / "policy/calendar/cn.yaml", "id: cn", "worked: [2026-03-07]")
    found = json.loads(attain("calendar", "2026", "-w", workspace, "--json").out)
    assert found == {
        "calendar": "cn",
        "known_to": "2026-12-31",
        "days": [
            {"date": "2026-03-07", "is_working": True, "zh": "调休上班", "en": "worked instead"}
        ],
    }


def test_rules_for_good_are_told(attain: Attain, workspace: Path) -> None:
    settings = workspace / "attain.yaml"
    settings.write_text(
        settings.read_text(encoding="utf-8").replace("calendar: cn ", "calendar: us ", 1),
        encoding="utf-8",
    )
    said = attain("calendar", "2026", "-w", workspace)
    assert said.out.startswith("calendar us: follows from rules\n")
