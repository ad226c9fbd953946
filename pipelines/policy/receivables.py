"""The receivables policy: how open items age, what counts as received, what is judged and provided.

Belongs here: what `policy/receivables.yaml` may say, and the tables SQL decides with. Does not
belong here: applying it (`sql/receivables/`).
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, NamedTuple

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy, once
from pipelines.policy.table import PolicyTable
from pipelines.warehouse.rows import Flag, Text, Whole
from pipelines.workspace.workspace import Label

RiskClass = Literal["normal", "watch", "doubtful", "bad_debt"]
RISK_CLASSES: tuple[RiskClass, ...] = ("normal", "watch", "doubtful", "bad_debt")
Counted = Literal["on_receipt", "when_cleared"]
Band = tuple[int | None, int | None]


class BucketRow(NamedTuple):
    bucket_id: Text
    bucket_order: Whole
    from_day: Whole | None
    before_day: Whole | None
    label_zh: Text
    label_en: Text
    loss_rate: Annotated[Decimal, "decimal(18, 8)"]


class BandRow(NamedTuple):
    bucket: Text
    bucket_order: Whole
    from_day: Whole | None
    before_day: Whole | None
    due_from_day: Whole | None
    due_before_day: Whole | None
    is_overdue: Flag
    risk_rank: Whole


class ReceivableRow(NamedTuple):
    ageing_by: Text
    no_due_date: Text
    credit_notes: Text
    foreign_currency: Text
    receipts_count: Text
    disputed_rank: Whole
    disputed_is_apart: Flag
    sales_amount: Text
    sales_credit_notes: Text
    countback_months: Text
    successor: Text
    customer_history: Text
    loss_rates: Text
    loss_window_days: Whole
    loss_min_n: Whole
    lost_from_day: Whole


class MethodRow(NamedTuple):
    method: Text
    counted: Text


class RiskFlagRow(NamedTuple):
    risk_flag: Text
    risk_rank: Whole


class Bucket(Policy):
    """Days from `from_day` to the day before the next bucket begins; `to_day` may say it too."""

    id: str
    label: Label
    from_day: int | None = None
    to_day: int | None = None
    loss_rate: Annotated[Decimal, Field(ge=0, le=1)]


class Ageing(Policy):
    """What days are counted from, and what an item without a due date counts from."""

    by: Literal["due_date", "document_date"] = "due_date"
    no_due_date: Literal["not_due", "document_date"] = "not_due"


class Receipts(Policy):
    """When money counts as received, by method where they differ.

    `when_cleared` waits for `cleared_date`; a receipt without one has not come.
    """

    count: Counted = "on_receipt"
    methods: dict[str, Counted] = Field(default_factory=dict)

    @field_validator("methods")
    @classmethod
    def _a_method_is_named_once(cls, methods: dict[str, Counted]) -> dict[str, Counted]:
        once("method", [_word(name) for name in methods])
        return methods


class CreditSales(Policy):
    """The sales that DSO, its kin and CEI divide by."""

    amount: Literal["gross", "net"] = "gross"
    credit_notes: Literal["deducted", "left_out"] = "deducted"


class Risk(Policy):
    watch_from_day: int
    doubtful_from_day: int
    bad_debt_from_day: int
    disputed: RiskClass = "watch"
    disputed_overdue: Literal["counts", "left_out"] = "counts"
    flags: dict[str, RiskClass] = Field(default_factory=dict)

    @field_validator("flags")
    @classmethod
    def _a_flag_is_named_once(cls, flags: dict[str, RiskClass]) -> dict[str, RiskClass]:
        once("flag", [_word(name) for name in flags])
        return flags

    @model_validator(mode="after")
    def _classes_follow(self) -> Risk:
        if not 0 < self.watch_from_day < self.doubtful_from_day < self.bad_debt_from_day:
            raise ValueError("watch, doubtful and bad debt must each begin on a later day")
        return self

    def rank_on(self, day: int | None) -> int:
        """0 normal … 3 bad debt for an item so many days past due."""
        limits = (self.watch_from_day, self.doubtful_from_day, self.bad_debt_from_day)
        return 0 if day is None else sum(limit <= day for limit in limits)


class Provision(Policy):
    """Loss rates of the buckets: those set here, or the company's own.

    Own rates look at items that have been due for `lost_from_day` days (by default when they are
    bad debt), within `window_days` back from the day of the report. A bucket that fewer than
    `min_n` of them entered keeps the rate set.
    """

    rates: Literal["set", "own_history"] = "set"
    window_days: Annotated[int, Field(gt=0)] = 730
    min_n: Annotated[int, Field(gt=0)] = 30
    lost_from_day: Annotated[int | None, Field(gt=0)] = None


class AccountStatement(Policy):
    """What a statement of account says to every customer: where to pay, and a note."""

    bank: tuple[Label, ...] = ()
    note: Label | None = None


class Receivables(Policy):
    """`policy/receivables.yaml`."""

    buckets: tuple[Bucket, ...] = Field(min_length=2)
    ageing: Ageing = Ageing()
    risk: Risk
    receipts: Receipts = Receipts()
    credit_notes: Literal["apply_when_it_fits", "apply_up_to_balance", "keep_open"] = (
        "apply_when_it_fits"
    )
    foreign_currency: Literal["invoice_rate", "closing_rate"] = "invoice_rate"
    provision: Provision = Provision()
    dso_days: Annotated[int, Field(gt=0)] = 91
    credit_sales: CreditSales = CreditSales()
    countback_months: Literal["calendar", "days_30"] = "calendar"
    successor: Literal["account_owner", "unit_leader"] = "account_owner"
    customer_history: Literal["week", "month"] = "week"
    account_statement: AccountStatement = AccountStatement()

    @field_validator("buckets")
    @classmethod
    def _buckets_follow(cls, buckets: tuple[Bucket, ...]) -> tuple[Bucket, ...]:
        once("bucket", [bucket.id for bucket in buckets])
        first, *rest = buckets
        if first.from_day is not None:
            raise ValueError("the first bucket holds what is not due and has no from_day")
        for bucket in rest:
            if bucket.from_day is None:
                raise ValueError(f"every bucket after the first needs from_day; see {bucket.id}")
        if rest[0].from_day not in (0, 1):
            raise ValueError(
                f"{rest[0].id} must begin on day 1, or on day 0 where due today counts as past due"
            )
        for before, after in pairwise(buckets):
            _join(before, after)
        if buckets[-1].to_day is not None:
            raise ValueError(f"the last bucket must be open: leave out to_day of {buckets[-1].id}")
        return buckets

    @property
    def lost_from_day(self) -> int:
        """Days past due from which an item that is still open counts as lost."""
        return self.provision.lost_from_day or self.risk.bad_debt_from_day

    def bands(self) -> list[BandRow]:
        """Stretches of days in which bucket, overdue and risk by days stay the same.

        Rows of `policy.age_band`. Where bucket and overdue run on one clock a band needs only the
        days since the ageing date; where ageing runs from the document's date, both.
        """
        buckets = [
            (bucket, place, (bucket.from_day, after.from_day if after else None))
            for place, (bucket, after) in enumerate(
                zip(self.buckets, (*self.buckets[1:], None), strict=True), 1
            )
        ]
        due = self._due_bands()
        if self.ageing.by == "document_date":
            return [
                self._band(b.id, place, days, late, late[0] is not None, late[0])
                for b, place, days in buckets
                for late in due
            ]
        return [
            self._band(b.id, place, both, (None, None), (both[0] or 0) > 0, both[0])
            for b, place, days in buckets
            for late in due
            for both in [_overlap(days, late)]
            if both is not None
        ]

    def _band(
        self, bucket: str, place: int, days: Band, due: Band, is_overdue: bool, late: int | None
    ) -> BandRow:
        return BandRow(
            bucket=bucket,
            bucket_order=place,
            from_day=days[0],
            before_day=days[1],
            due_from_day=due[0],
            due_before_day=due[1],
            is_overdue=is_overdue,
            risk_rank=self.risk.rank_on(late),
        )

    def _due_bands(self) -> list[Band]:
        risk = self.risk
        limits = (1, risk.watch_from_day, risk.doubtful_from_day, risk.bad_debt_from_day)
        starts = (None, *sorted(set(limits)))
        return list(zip(starts, (*starts[1:], None), strict=True))


def _join(before: Bucket, after: Bucket) -> None:
    """The later bucket begins where the one before ends."""
    start = after.from_day or 0
    if before.from_day is not None and start <= before.from_day:
        raise ValueError(
            f"buckets overlap: {after.id} begins on day {start}, {before.id} on day "
            f"{before.from_day}; each must begin later than the one before"
        )
    if before.to_day is None or before.to_day == start - 1:
        return
    if before.to_day >= start:
        raise ValueError(
            f"buckets overlap: {before.id} ends on day {before.to_day} and {after.id} begins on "
            f"day {start}; day {start} would be counted twice"
        )
    raise ValueError(
        f"buckets leave a gap: {before.id} ends on day {before.to_day} and {after.id} begins on "
        f"day {start}; nothing holds day {before.to_day + 1}"
    )


def _overlap(one: Band, other: Band) -> Band | None:
    starts = [start for start in (one[0], other[0]) if start is not None]
    ends = [end for end in (one[1], other[1]) if end is not None]
    start, end = max(starts, default=None), min(ends, default=None)
    if start is not None and end is not None and start >= end:
        return None
    return start, end


def _bucket_rows(policy: Receivables) -> Iterator[BucketRow]:
    ends = [*(bucket.from_day for bucket in policy.buckets[1:]), None]
    for place, (bucket, end) in enumerate(zip(policy.buckets, ends, strict=True), 1):
        yield BucketRow(
            bucket_id=bucket.id,
            bucket_order=place,
            from_day=bucket.from_day,
            before_day=end,
            label_zh=bucket.label.zh,
            label_en=bucket.label.en,
            loss_rate=bucket.loss_rate,
        )


def _receivable_rows(policy: Receivables) -> Iterator[ReceivableRow]:
    yield ReceivableRow(
        ageing_by=policy.ageing.by,
        no_due_date=policy.ageing.no_due_date,
        credit_notes=policy.credit_notes,
        foreign_currency=policy.foreign_currency,
        receipts_count=policy.receipts.count,
        disputed_rank=RISK_CLASSES.index(policy.risk.disputed),
        disputed_is_apart=policy.risk.disputed_overdue == "left_out",
        sales_amount=policy.credit_sales.amount,
        sales_credit_notes=policy.credit_sales.credit_notes,
        countback_months=policy.countback_months,
        successor=policy.successor,
        customer_history=policy.customer_history,
        loss_rates=policy.provision.rates,
        loss_window_days=policy.provision.window_days,
        loss_min_n=policy.provision.min_n,
        lost_from_day=policy.lost_from_day,
    )


def _method_rows(policy: Receivables) -> Iterator[MethodRow]:
    for name, counted in sorted(policy.receipts.methods.items()):
        yield MethodRow(method=_word(name), counted=counted)


def _flag_rows(policy: Receivables) -> Iterator[RiskFlagRow]:
    for flag, name in sorted(policy.risk.flags.items()):
        yield RiskFlagRow(risk_flag=_word(flag), risk_rank=RISK_CLASSES.index(name))


RECEIVABLE_TABLES: tuple[PolicyTable[Receivables], ...] = (
    PolicyTable("policy.bucket", BucketRow, _bucket_rows),
    PolicyTable("policy.age_band", BandRow, Receivables.bands),
    PolicyTable("policy.receivable", ReceivableRow, _receivable_rows),
    PolicyTable("policy.receipt_method", MethodRow, _method_rows),
    PolicyTable("policy.risk_flag", RiskFlagRow, _flag_rows),
)


def _word(text: str) -> str:
    """As SQL compares them: without blanks around, in small letters."""
    return text.strip().lower()
