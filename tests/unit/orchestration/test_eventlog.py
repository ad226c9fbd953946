"""What a run logs with pooled connections, Dagster's own storage reads."""

from __future__ import annotations

from pathlib import Path

import dagster as dg

from pipelines.orchestration.eventlog import PooledEventLogStorage, open_instance


@dg.asset
def counted() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"rows": 7})


def test_the_stock_storage_reads_what_a_run_logged(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    with open_instance(tmp_path) as instance:
        assert isinstance(instance.event_log_storage, PooledEventLogStorage)
        done = dg.materialize([counted], instance=instance)
    assert done.success
    with dg.DagsterInstance.from_config(str(tmp_path)) as stock:
        assert not isinstance(stock.event_log_storage, PooledEventLogStorage)
        found = stock.get_latest_materialization_event(dg.AssetKey("counted"))
        assert found is not None and found.asset_materialization is not None
        assert found.asset_materialization.metadata["rows"].value == 7
        steps = stock.all_logs(done.run_id, of_type=dg.DagsterEventType.STEP_SUCCESS)
        assert [event.step_key for event in steps] == ["counted"]
