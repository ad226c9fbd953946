"""The words of the generated documents in both languages."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")

WORDS: dict[Language, dict[str, str]] = {
    "zh": {
        "title": "# KPI 手册\n由指标目录 `policy/kpis/` 生成；每条定义就是计算所用的定义。\n",
        "formula": "公式", "date": "归属日期", "who": "归属对象", "unit": "单位",
        "better": "方向", "up": "越高越好", "down": "越低越好", "none": "无方向",
        "min_n": "最小样本", "owner": "负责人",
        "target": "目标", "quota": "配额", "needs": "所需数据", "expression": "计算式",
        "example": "示例", "gives": "结果", "scopes": "其他维度",
        "modelled": "由 SQL 模型计算（期末余额或跨期），见", "percentile": "分位数",
        "derived": "由其他指标的合计算出", "share": "占该维度合计的比例",
        "distinct": "不同值的个数", "balance": "期末余额，合计当日有效的行",
        "periods": "期间", "daily": "也按天", "report": "用于报表", "empty": "空",
        "processes": "# 销售流程\n由 `policy/process/` 生成："
        "进入每个阶段的条件，以及用来评判它的指标。\n",
        "stage_head": "| 阶段 | 角色 | 预计天数 | 成交概率 | 进入条件 | 必填字段 | 评判指标 |",
    },
    "en": {
        "title": "# KPI handbook\nGenerated from the catalogue `policy/kpis/`: "
        "each definition is the one computed.\n",
        "formula": "Formula", "date": "Date", "who": "Belongs to", "unit": "Unit",
        "better": "Direction", "up": "higher is better", "down": "lower is better",
        "none": "neither", "min_n": "Smallest n", "owner": "Owner", "target": "Target",
        "quota": "quota of", "needs": "Needs", "expression": "Computed as", "example": "Example",
        "gives": "Result", "scopes": "Also by",
        "modelled": "computed by an SQL model (a balance, or across periods), see",
        "percentile": "percentile",
        "derived": "a formula over the sums of other KPIs",
        "share": "share of the sum over all ids",
        "distinct": "count of different", "balance": "balance, of the rows that stand on the day",
        "periods": "Periods", "daily": "also by day", "report": "Shown in", "empty": "empty",
        "processes": "# Sales processes\nGenerated from `policy/process/`: what lets a deal into "
        "a stage, and the KPIs the stage is judged by.\n",
        "stage_head": "| Stage | Role | Expected days | Probability | Enters when "
        "| Required fields | Judged by |",
    },
}  # fmt: skip
