"""Files of settings that would hang, or read what is not theirs, are refused with their line."""

from __future__ import annotations

import itertools
import json
import time
from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.policy.catalogue import load_catalogue
from pipelines.policy.formulas import check_columns
from pipelines.warehouse.facts import fact_models
from pipelines.warehouse.model import Model
from pipelines.workspace.yamlfile import read_yaml
from tests.support.laboratory import ROOT
from tests.support.policy_files import PolicyFiles

LETTERS = "abcdefghijkl"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{new}: &{new} [{', '.join([f'*{old}'] * 10)}]\n" for old, new in itertools.pairwise(LETTERS)
)
MERGES = "a: &m0 {k: 1}\n" + "".join(
    f"b{i}: &m{i + 1} {{<<: [{', '.join([f'*m{i}'] * 20)}]}}\n" for i in range(30)
)
HOSTILE = {
    "bomb": (BOMB, 6, "repeats (*name) unfold to more than 200,000 values here"),
    "merges": (MERGES, 5, "repeats (*name) unfold to more than 200,000 values here"),
    "merge loop": ("b: 1\na: &a\n  <<: *a\n", 3, "*a stands within what it repeats"),
    "loop": ("a: &a [1, *a]\n", 1, "*a stands within what it repeats"),
    "deep lists": ("a: " + "[" * 100_000, 1, "nested more than 40 levels deep"),
    "deep maps": ("b: 1\na: " + "{a: " * 100_000, 2, "nested more than 40 levels deep"),
    "whole number": ("a: " + "9" * 5000, 1, "it has more than 38 digits"),
    "whole number as text": ("a: '" + "9" * 5000 + "'", 1, "it has more than 200 digits"),
    "power": ("a: 1e999999999", 1, "its power of ten is too large"),
    "power as text": ('a: "1e999999999"', 1, "its power of ten is too large"),
    "call": ("b: 1\na: !!python/object/apply:os.system [ls]", 2, "cannot be used here"),
    "plain tag": ("a: !!int 3", 1, "the tag 'tag:yaml.org,2002:int' cannot be used here"),
    "own tag": ("a: !include /etc/passwd", 1, "the tag '!include' cannot be used here"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_hang_or_call_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    text, line, why = HOSTILE[name]
    path = tmp_path / "attain.yaml"
    path.write_text(text, encoding="utf-8")
    started = time.monotonic()
    with pytest.raises(UserError) as error:
        read_yaml(path)
    assert time.monotonic() - started < 5
    assert error.value.message.startswith(f"{path} line {line}: ")
    assert why in error.value.message
    assert len(error.value.message) < 300


ENDLESS = {
    "digits": "1" * 3_000_000 + "x",
    "quoted digits": "'" + "1" * 3_000_000 + "x'",
    "digits and commas": "1," * 1_500_000 + "x",
    "points": "1." * 1_500_000,
    "power": "1e" + "1" * 3_000_000 + "x",
}


@pytest.mark.parametrize("name", ENDLESS)
def test_a_text_that_begins_like_a_number_is_read_in_time(tmp_path: Path, name: str) -> None:
    path = tmp_path / "attain.yaml"
    path.write_text(f"a: {ENDLESS[name]}\n", encoding="utf-8")
    started = time.monotonic()
    assert read_yaml(path).data["a"] == ENDLESS[name].strip("'")
    assert time.monotonic() - started < 5


def test_numbers_are_those_that_people_write(tmp_path: Path) -> None:
    """YAML 1.1 reads 12:30.5 as 750.5, and more of such digits as no number Python can hold."""
    path = tmp_path / "a.yaml"
    path.write_text(
        f"a: [12:30.5, {'59:' * 300}1.5, .inf, -.INF, .nan, 1.5, -0.25, .5, 1.5e+3]\n",
        encoding="utf-8",
    )
    *texts, one, other, half, many = read_yaml(path).data["a"]
    assert all(isinstance(text, str) for text in texts)
    assert [one, other, half, many] == [1.5, -0.25, 0.5, 1500.0]


def test_what_people_write_is_read_as_before(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(
        "all: &all {rate: 3.5, id: '6222020000000000000000000000000000000000001'}\n"
        "one: {<<: *all, on: yes}\ntwo: [*all, *all]\n",
        encoding="utf-8",
    )
    data = read_yaml(path).data
    assert data["one"] == {"rate": 3.5, "id": data["all"]["id"], "on": "yes"}
    assert data["two"] == [data["all"], data["all"]]


def test_a_file_that_is_no_settings_at_all_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"#" * 4_000_001)
    with pytest.raises(UserError, match="more than 4,000,000 bytes"):
        read_yaml(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(UserError, match="cannot be read"):
        read_yaml(path)


OWN = """\
own:
  label: {{zh: 甲, en: A}}
  description: {{zh: 甲, en: A}}
  formula: {{zh: 甲, en: A}}
  fact: opportunity
  date: created_date
  {key}: {text}
  unit: count
  direction: up
  owner: sales_ops
"""
UNFIT = (
    "length(read_text('/etc/passwd'))", "(select 1 from read_text('/etc/passwd'))",
    "(select max(size) from '/etc/passwd')", "amount_base + (select count(*) from mart.quarantine)",
    '"read_text"(\'x\') = 1', "'/etc/passwd'.read_text() = 'x'", "getenv('HOME') = 'x'",
    "length(repeat('x', 1000000000))", "opportunity_id /* */ . repeat /* */ (99) = ''",
    "len(range(1000000000))", "unnest(generate_series(1, 1000000000)) = 1",
    "length(lpad('x', 1000000000, 'y'))", "length(rpad('x', cast(amount_base as int), 'y'))",
    f"length(replace(replace(opportunity_id, 'a', '{'a' * 99}'), 'a', '{'a' * 99}'))",
    "length(replace(replace(opportunity_id, '', owner_id), '', owner_id))",
    "len([x for x in range(9)])", "random() > 0",
    "length([[[[1 for d in [1,1]] for c in [1,1]] for b in [1,1]] for a in [1,1]]) > 0",
    "is_won in (summarize '/etc/passwd.csv')", "is_won in (show tables)", "session_user = 'x'",
    "{'a': 1}.a = 1", "map {'a': 1} is null", "'{}' -> 'a' is null", "'{}' ->> 'a' is null",
    "current_date > created_date", "now() > created_date", "amount_base > 0 -- ", "1 = 1; select 1",
    "row_number() over () = 1", "$1 = 1", "1 as a", "(" * 900 + "1" + ")" * 900,
    "1" + " + 1" * 2000,
)  # fmt: skip


FACTS = ROOT / "policy" / "kpis" / "facts.yaml"


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    return fact_models(())


def hold(folder: Path, models: dict[str, Model], key: str, text: str) -> Path:
    """Hold an entry with a formula against the shipped facts."""
    own = folder / "own.yaml"
    own.write_text(OWN.format(key=key, text=json.dumps(text)), encoding="utf-8")
    check_columns(load_catalogue([FACTS, own]), models, [own])
    return own


@pytest.mark.parametrize("text", UNFIT, ids=range(len(UNFIT)))
def test_a_formula_reads_its_row_and_nothing_else(
    tmp_path: Path, models: dict[str, Model], text: str
) -> None:
    for key in ("where", "numerator", "n"):
        with pytest.raises(UserError, match=rf"own.yaml line 7, own.{key}: ") as error:
            hold(tmp_path, models, key, text)
        assert "has no column" not in error.value.message


def test_functions_over_a_row_are_free(tmp_path: Path, models: dict[str, Model]) -> None:
    for text in ("coalesce(amount_base, 0) > 100", "lpad(opportunity_id, 8, '0') = 'x'",
                 "replace(opportunity_id, '-', '') = 'R1'", "date_diff('day', created_date, "
                 "closed_date) < 30"):  # fmt: skip
        assert hold(tmp_path, models, "where", text).exists()


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("commission/csm_2026.yaml", "version: 99999999999"),
        ("commission/csm_2026.yaml", f"version: {'9' * 38}"),
        ("terms.yaml", "matured_after_days: 3000000000"),
        ("terms.yaml", f'matured_after_days: "{"9" * 150}"'),
        ("quality.yaml", f"sentinels: [{'9' * 38}]"),
    ],
)
def test_a_number_that_no_table_holds_is_named_with_its_line(
    policies: PolicyFiles, file: str, line: str
) -> None:
    key = line.partition(":")[0]
    shipped = (ROOT / "policy" / file).read_text(encoding="utf-8")
    old = next(at for at in shipped.splitlines() if at.startswith(key))
    policies.change(file, old, line)
    said = policies.mistake()
    assert f"{file} line " in said
    assert "is no quantity: at most " in said


def test_the_formula_of_a_modelled_kpi_looks_up_tables_of_the_warehouse_only(
    policies: PolicyFiles,
) -> None:
    policies.change("kpis/money.yaml", "from mart.receivable_loss_rate as matrix",
                    "from read_text('/etc/passwd') as matrix")  # fmt: skip
    assert "can be read here" in policies.mistake()
    policies.change("kpis/money.yaml", "mart.receivable_loss_rate as matrix",
                    "'/etc/passwd' as matrix")  # fmt: skip
    assert "can be read here" in policies.mistake()
