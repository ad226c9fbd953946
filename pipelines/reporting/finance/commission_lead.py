"""Commission on finance's first screen: what is unexplained, payable, owed and capitalised.

Belongs here: tiles and sentences. Does not belong here: the evidence (`section_differences.py`,
`section_commission.py`, `section_close.py`).
"""

from __future__ import annotations

from decimal import Decimal

from pipelines.reporting.finance import close as section_close
from pipelines.reporting.finance import differences as section_differences
from pipelines.reporting.model.context import Context
from pipelines.reporting.model.page import Asked, Comparison, Tile
from pipelines.reporting.model.queries import Record
from pipelines.reporting.model.shows import shows
from pipelines.reporting.model.tables import empty_tile
from pipelines.reporting.model.values import Count, Message, Money, Shown, message


@shows(
    queries=(
        "commission_totals", "commission_comparisons", "commission_remainder", "commission_close",
        "commission_accruals",
    )
)  # fmt: skip
def lead(context: Context) -> tuple[Message, ...]:
    """What keeps the month from being closed, then what is payable and owed."""
    row = _month(context)
    if row is None:
        return ()
    said = [_unexplained_sentence(context)]
    taken = section_differences.accepted(context)
    if taken:
        said.append(section_differences.accepted_text(taken, context))
    said.append(
        message(
            "finance.lead.commission",
            month=context.last_month,
            payable=Money(amount=row.payable),
            paid=Money(amount=row.paid),
        )
    )
    owed = section_close.liability(context)
    if owed is not None:
        said.append(owed)
    return tuple(said)


def _unexplained_sentence(context: Context) -> Message:
    n, amount = section_differences.unexplained(context)
    if not n:
        return message("finance.lead.nothing_unexplained")
    name = "finance.lead.unexplained"
    if section_differences.blocks_closing(context):
        name = "finance.lead.unexplained_blocks"
    return message(name, n=Count(value=n), amount=Money(amount=amount, exact=True))


@shows(queries=("commission_comparisons", "commission_remainder", "commission_close"))
def unexplained_tile(context: Context) -> Tile:
    """The remainder over all comparisons; it must be zero before a month is closed."""
    label = message("tile.commission_unexplained")
    scope = message("scope.all_comparisons")
    if not context.rows("commission_comparisons"):
        return empty_tile(
            "commission_unexplained",
            label,
            scope,
            context.lacks("receipt_allocation") or message("no_data.nothing"),
            "remainder",
        )
    n, amount = section_differences.unexplained(context)
    taken = section_differences.accepted(context)
    beside: list[tuple[str, Shown]] = [("tile.differences", Count(value=n))]
    if taken:
        total = sum((abs(row.difference) for row in taken), Decimal(0))
        beside.append(("tile.accepted", Money(amount=total, exact=True)))
    footer = None
    if section_differences.blocks_closing(context):
        footer = message("tile.keeps_open" if n else "tile.may_close")
    return Tile(
        kpi_id="commission_unexplained",
        label=label,
        scope=scope,
        value=Money(amount=amount, exact=True),
        comparisons=tuple(
            Comparison(
                label=message(name),
                shown=shown,
                judgement=("bad" if n else "good") if name == "tile.differences" else "neutral",
                word=message("word.open" if n else "word.none_open")
                if name == "tile.differences"
                else None,
            )
            for name, shown in beside
        ),
        footer=footer,
        section="remainder",
    )


@shows(queries=("commission_totals", "commission_comparisons"), kpis=("commission_payable",))
def payable_tile(context: Context, beside_unexplained: bool = False) -> Tile:
    """Payable of the last complete month against payroll.

    Args:
        beside_unexplained: a tile of its own says what is unexplained.
    """
    month, row = context.last_month, _month(context)
    label = message("tile.commission_payable")
    if row is None:
        return empty_tile(
            "commission_payable",
            label,
            message("value.plain", value=month),
            context.lacks("receipt_allocation") or message("no_data.nothing"),
            "months",
        )
    n, amount = section_differences.unexplained(context)
    open_amount = Comparison(
        label=message("tile.unexplained"),
        shown=Money(amount=amount, exact=True),
        judgement="bad" if n else "good",
        word=message("word.all_comparisons"),
    )
    return Tile(
        kpi_id="commission_payable",
        label=label,
        scope=message("value.plain", value=month),
        value=Money(amount=row.payable),
        comparisons=(
            Comparison(label=message("tile.paid"), shown=Money(amount=row.paid)),
            Comparison(
                label=message("tile.difference"),
                shown=Money(amount=row.paid - row.payable, exact=True, signed=True),
            ),
            *(() if beside_unexplained else (open_amount,)),
        ),
        footer=message("tile.payees", n=Count(value=int(row.payees), unit="people")),
        section="differences",
        asked=Asked(kpi_id="commission_payable", scope="company", period=month.key),
    )


@shows(queries=("commission_accruals",))
def liability_tile(context: Context) -> Tile:
    """Earned and not yet paid at the end of the last complete month, beside the ledger."""
    month = context.last_month
    row = next((r for r in context.rows("commission_accruals") if r.period == month.key), None)
    label, scope = message("tile.liability"), message("scope.end_of", month=month)
    if row is None:
        return empty_tile(
            "commission_liability",
            label,
            scope,
            context.lacks("receipt_allocation") or message("no_data.nothing"),
            "accrual",
        )
    off = row.liability_difference
    return Tile(
        kpi_id="commission_liability",
        label=label,
        scope=scope,
        value=Money(amount=row.liability),
        comparisons=(Comparison(label=message("tile.expense"), shown=Money(amount=row.expense)),),
        footer=None
        if off is None
        else message(
            "tile.ledger_off" if off else "tile.ledger_ties",
            difference=Money(amount=off, exact=True, signed=True),
        ),
        section="accrual",
    )


@shows(queries=("contract_cost_months",))
def cost_tile(context: Context) -> Tile:
    """The asset of contract costs at the end of the last complete month."""
    month = context.last_month
    row = next((r for r in context.rows("contract_cost_months") if r.period == month.key), None)
    label, scope = message("tile.contract_cost"), message("scope.end_of", month=month)
    if row is None:
        return empty_tile(
            "contract_cost_asset",
            label,
            scope,
            context.lacks("contract") or message("no_data.nothing"),
            "contract_cost",
        )
    return Tile(
        kpi_id="contract_cost_asset",
        label=label,
        scope=scope,
        value=Money(amount=row.asset),
        comparisons=(
            Comparison(label=message("tile.capitalised"), shown=Money(amount=row.capitalised)),
            Comparison(label=message("tile.amortised"), shown=Money(amount=row.amortised)),
        ),
        section="contract_cost",
    )


def _month(context: Context) -> Record | None:
    month = context.last_month.key
    return next((r for r in context.rows("commission_totals") if r.period == month), None)
