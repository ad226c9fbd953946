"""`attain preset` and `attain init --preset`: what is listed, copied, refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.onboarding.presets import copy_preset, preset_sources, preset_tables, vendors
from tests.support.commands import in_process
from tests.support.laboratory import ROOT


@pytest.mark.parametrize("vendor", vendors())
def test_every_preset_says_where_its_headers_come_from_and_may_be_absent(vendor: str) -> None:
    for path in (ROOT / "presets" / vendor).glob("*.yaml"):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# "), path
        assert path.stem.startswith(f"{vendor}_")
    for source in preset_sources(vendor):
        assert source.required is False
        assert source.described_in.startswith(f"{vendor}_")


def test_the_list_names_the_tables(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip # noqa: E501
    said = in_process(monkeypatch, capsys, "preset")
    assert said.code == 0
    assert all(vendor in said.out for vendor in vendors())
    assert "opportunity_event" in preset_tables()["hubspot"]


def test_a_preset_is_copied_once_and_never_over_a_change(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = tmp_path / "ws"
    said = in_process(monkeypatch, capsys, "init", folder, "--preset", "xero")
    assert said.code == 0
    assert sorted(path.name for path in (folder / "sources").iterdir()) == sorted(
        path.name for path in (ROOT / "presets" / "xero").iterdir()
    )
    said = in_process(monkeypatch, capsys, "preset", "xero", "-w", folder)
    assert said.out.startswith("0 source files copied")
    changed = folder / "sources" / "xero_invoice.yaml"
    changed.write_text(changed.read_text(encoding="utf-8") + "# ours\n", encoding="utf-8")
    (folder / "sources" / "xero_contact.yaml").unlink()
    said = in_process(monkeypatch, capsys, "preset", "xero", "-w", folder)
    assert said.code == 2
    assert said.last == (
        f"{changed} exists already and differs from the preset; rename or delete it, then copy "
        "again. Nothing was copied."
    )
    assert not (folder / "sources" / "xero_contact.yaml").exists()
    assert in_process(monkeypatch, capsys, "check", "-w", folder).code == 0


def test_a_mistyped_preset_is_named_and_makes_no_workspace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    said = in_process(monkeypatch, capsys, "init", tmp_path / "ws", "--preset", "salesfroce")
    assert (said.code, said.last) == (2, "'salesfroce' is no preset (did you mean salesforce?).")
    assert not (tmp_path / "ws").exists()


def test_two_presets_stand_side_by_side(tmp_path: Path) -> None:
    for vendor in ("salesforce", "sap", "generic_zh"):
        copy_preset(vendor, tmp_path)
    assert len(list(tmp_path.iterdir())) > 40
