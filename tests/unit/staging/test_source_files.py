"""Every mistake in a source file is a sentence with file, line, key and the nearest match."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import UserError
from pipelines.staging.sourcefile import load_sources

STAGES = ("lead", "proposal", "order")
SOURCE = """\
source: crm_opportunity
system: crm
table: opportunity
files: ["商机.csv"]
columns:
  opportunity_id: 商机编号
  owner_id: 负责人
  created_at: 创建时间
  stage: {from: 阶段, map: stage}
  amount: {from: 金额, unit: 万元}
  outcome: {from: 状态, map: {赢单: won}, default: open}
maps:
  stage: {报价: proposal, 下单: order}
constants: {segment: sme}
"""


def mistake(folder: Path, old: str, new: str) -> str:
    assert old in SOURCE
    (folder / "crm.yaml").write_text(SOURCE.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UserError) as error:
        load_sources(folder, STAGES)
    assert error.value.exit_code == 2
    assert "\n" not in error.value.message
    return error.value.message.replace(f"{folder}/", "")


def test_a_right_one_loads(tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(SOURCE, encoding="utf-8")
    (found,) = load_sources(tmp_path, STAGES)
    assert found.value_map("stage") == {"报价": "proposal", "下单": "order"}
    assert found.columns["opportunity_id"].headers == ("商机编号",)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("files:", "file:", "line 4, file: unknown key (did you mean files?)."),
        ("system: crm", "system: crn",
         "line 2, system: expected 'crm', 'erp' or 'hr' (did you mean crm?); found 'crn'."),
        ("table: opportunity", "table: oportunity",
         "line 3, table: 'oportunity' is not a canonical table (did you mean opportunity?)."),
        ("  owner_id:", "  ownr_id:",
         "line 7, columns.ownr_id: opportunity has no such column (did you mean owner_id?)."),
        ("{segment: sme}", "{segmnt: sme}",
         "line 14, constants.segmnt: opportunity has no such column (did you mean segment?)."),
        ("map: stage}", "map: stages}",
         "line 9, columns.stage.map: no map named 'stages' below maps (did you mean stage?)."),
        ("报价: proposal", "报价: propsal",
         "line 13, maps.stage.报价: 'propsal' is not a stage of the process in force "
         "(did you mean proposal?)."),
        ("赢单: won", "赢单: wonn",
         "line 11, columns.outcome.map.赢单: 'wonn' is not an allowed value (did you mean won?)."),
        ("default: open", "default: opne",
         "line 11, columns.outcome.default: 'opne' is not an allowed value (did you mean open?)."),
        ("{segment: sme}", "{forecast_category: x, type: y, outcome: opne}",
         "line 14, constants.outcome: 'opne' is not an allowed value (did you mean open?)."),
        ("  owner_id: 负责人\n", "",
         "line 5, columns: opportunity requires owner_id; map it or give a constant."),
        ("unit: 万元", "unit: 千元", "line 10, columns.amount.unit: expected '元' or '万元'"),
        ("created_at: 创建时间", "created_at: {from: 创建时间, unit: 万元}",
         "line 8, columns.created_at.unit: a unit is for amounts; created_at is a timestamp."),
        ("  owner_id: 负责人\n", "  owner_id: 负责人\n  owner_id: 工号\n",
         "line 8, columns.owner_id: this key is written twice."),
        ("constants:", "date_order: dmi\nconstants:",
         "line 14, date_order: expected 'ymd', 'dmy' or 'mdy' (did you mean dmy?); found 'dmi'."),
        ("constants:", "only: {状态: 赢单}\nconstants:",
         "line 14, only.状态: expected a list; found '赢单'."),
        ("constants:", "required: maybe\nconstants:",
         "line 14, required: expected true or false; found 'maybe'."),
    ],
)  # fmt: skip
def test_a_mistake_is_one_sentence(tmp_path: Path, old: str, new: str, expected: str) -> None:
    assert mistake(tmp_path, old, new).startswith(f"crm.yaml {expected}")


def test_two_files_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(SOURCE, encoding="utf-8")
    message = mistake(tmp_path, "商机.csv", "商机2.csv")
    assert message == f"crm.yaml line 1, source: 'crm_opportunity' is also the name of {'a.yaml'}."
