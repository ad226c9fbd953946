-- check:    funnel_outcomes_add_up
-- guards:   mart.funnel_stage
-- severity: block
-- zh:       各阶段去向之和 = 进入数
-- en:       the outcomes of each stage add up to its entries
-- effect_zh: 漏斗各阶段的去向与进入数不符：转化率可能有偏差。
-- effect_en: What left the stages differs from what entered: conversion may be off.
-- asks:     sales_ops
-- why:      a deal that entered a stage is in exactly one place: advanced, lost, gone back or open
select
  mode,
  stage_id,
  period_kind,
  period_start,
  scope_kind,
  scope_id,
  entered
from mart.funnel_stage
where entered <> advanced + lost + regressed + open
