"""What a run says while it works where there is no terminal: each layer, and again when it takes
long."""

from __future__ import annotations

import pytest

from pipelines.cli import console


def said(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    steps: list[tuple[float, str, str]],
) -> list[str]:
    clock = [0.0]
    monkeypatch.setattr(console.time, "perf_counter", lambda: clock[0])
    with console.RunDisplay() as display:
        for at, layer, message in steps:
            clock[0] = at
            display.progress(layer, message)
    return [line.strip() for line in capsys.readouterr().err.splitlines()]


def test_each_layer_is_said_once_though_models_and_checks_take_turns(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [(0, "land", "a.csv"), (1, "stage", "lead"), (2, "check", "lead"),
             (3, "compute", "core.x"), (4, "check", "x"), (5, "compute", "core.y")]  # fmt: skip
    assert said(capsys, monkeypatch, steps) == [
        "0.0 s  landing exports", "1.0 s  typing rows", "3.0 s  computing",
    ]  # fmt: skip


def test_a_layer_that_takes_long_says_what_it_is_at(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = [(1, "compute", "core.a"), (20, "compute", "core.b"), (31, "compute", "core.c"),
             (50, "compute", "core.d"), (65, "compute", "core.e")]  # fmt: skip
    assert said(capsys, monkeypatch, steps) == [
        "1.0 s  computing", "31.0 s  computing: core.c", "65.0 s  computing: core.e",
    ]  # fmt: skip
