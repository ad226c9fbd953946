"""The plans that closed months were paid by: each has to be there as long as the ledger is.

Belongs here: which versions of plans closed lines name, and refusing to go on without one. Does not
belong here: what a change of a plan does to a closed month (`sql/commission/book`).

A folder of plans that is not there is no decision to pay nobody. Without the plan, all it ever paid
would be posted back, and the next close would freeze that.
"""

from __future__ import annotations

from collections.abc import Collection

from pipelines.errors import UserError
from pipelines.ledger.store import ClosedPeriod
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import literal


def require_known_plans(
    warehouse: Warehouse, months: Collection[ClosedPeriod], plans: Collection[tuple[str, int]]
) -> None:
    """Let a run post only by plans that include those of closed months.

    Args:
        plans: id and version of each plan of the workspace.

    Raises:
        UserError: a version that has paid is in no file any more.
    """
    if not months:
        return
    files = ", ".join(literal(str(closed.lines)) for closed in months)
    paid = warehouse.rows(
        "select plan_id, plan_version, min(posted_period) as first, max(posted_period) as last "
        f"from read_parquet([{files}]) where plan_id is not null group by all order by all"
    )
    gone = [row for row in paid if (row["plan_id"], row["plan_version"]) not in plans]
    if gone:
        row = gone[0]
        more = f" (and {len(gone) - 1} more)" if gone[1:] else ""
        raise UserError(
            f"policy/commission: version {row['plan_version']} of the plan {row['plan_id']!r} has "
            f"paid in closed months ({row['first']} to {row['last']}) and no file says it any "
            f"more{more}. Put its file back; a plan ends by valid_to. Nothing was computed or "
            "posted.",
            1,
        )
