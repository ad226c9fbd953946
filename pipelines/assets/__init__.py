"""Thin Dagster assets, one module per layer; what a step does stands in `pipelines.run.steps`."""
