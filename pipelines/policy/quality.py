"""The policy on data quality (`policy/quality.yaml`): thresholds, accidents, who sees contacts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, get_args

from pydantic import Field, field_validator, model_validator

from pipelines.policy.models import Policy
from pipelines.sources.contract import canonical_tables
from pipelines.workspace.yamlfile import MistakeAt, did_you_mean

Verdict = Literal["off", "warn", "block"]
Accident = Literal[
    "amounts_not_read",
    "amounts_scaled",
    "column_gone_or_renamed",
    "currency_missing",
    "dates_not_read",
    "day_month_swapped",
    "decimals_destroyed",
    "duplicated_file",
    "error_text",
    "export_limit",
    "future_date",
    "keys_no_longer_match",
    "leading_zeros_lost",
    "hidden_rows",
    "joined_without",
    "merge_circle",
    "merged_cells",
    "mixed_dates",
    "mixed_encoding",
    "mojibake",
    "order_impossible",
    "records_missing",
    "sentinel_amount",
    "sentinel_date",
    "sheet_left_out",
    "total_row_left_out",
    "total_row_taken",
    "truncated_file",
    "two_digit_year",
]
_Percent = Annotated[Decimal, Field(ge=0, le=100)]


class Share(Policy):
    """Percent of the rows, and of the money, of one table's exports."""

    rows: _Percent | None = None
    money: _Percent | None = None


class TableShares(Policy):
    warn: Share = Share()
    block: Share = Share()


class QuarantineShares(Policy):
    """From which share of unusable rows an export is remarked on, and from which it blocks."""

    least_rows: Annotated[int, Field(ge=0)] = 20
    warn: Share = Share()
    block: Share = Share()
    tables: dict[str, TableShares] = Field(default_factory=dict)

    @field_validator("tables")
    @classmethod
    def _tables_exist(cls, value: dict[str, TableShares]) -> dict[str, TableShares]:
        for name in value:
            if name not in canonical_tables():
                near = did_you_mean(name, canonical_tables())
                raise ValueError(f"{name!r} is not a canonical table{near}")
        return value

    def limit(self, table: str, verdict: Literal["warn", "block"], what: str) -> Decimal | None:
        """The share from which a table's export is given a verdict; `None` when it never is."""
        own = self.tables.get(table)
        found: Decimal | None = getattr(getattr(own, verdict), what) if own else None
        general: Decimal | None = getattr(getattr(self, verdict), what)
        return found if found is not None else general


class Drop(Policy):
    """Percent fewer rows than in the full export before."""

    warn: _Percent = Decimal(10)
    block: _Percent = Decimal(50)

    @model_validator(mode="after")
    def _in_order(self) -> Drop:
        if self.block < self.warn:
            raise ValueError("a drop that blocks must not be smaller than one that warns")
        return self


class Contact(Policy):
    """Who may see contact data of people outside the company.

    `logins` says which login of the machine stands for which role: a role that somebody only names
    is no right.
    """

    shown_to: tuple[str, ...] = ()
    logins: dict[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _roles_are_known(self) -> Contact:
        for login, role in self.logins.items():
            if role not in self.shown_to:
                near = did_you_mean(role, self.shown_to)
                raise MistakeAt(("logins", login), f"{role!r} is not in `shown_to`{near}")
        return self

    def why_masked(self, login: str, role: str | None) -> str | None:
        """Why somebody does not see contacts, as a sentence; `None` for whoever has the right."""
        if role is None:
            return "contacts are masked; --reader ROLE asks for them"
        if role not in self.shown_to:
            roles = ", ".join(self.shown_to) or "nobody"
            return f"contacts are masked: policy/quality.yaml shows them to {roles}"
        if self.logins.get(login) != role:
            return (
                f"contacts are masked: policy/quality.yaml does not name {login} as {role} "
                "(contact.logins)"
            )
        return None


class Quality(Policy):
    """`policy/quality.yaml`."""

    quarantine: QuarantineShares = QuarantineShares()
    drop: Drop = Drop()
    accidents: dict[Accident, Verdict] = Field(default_factory=dict)
    sentinels: tuple[Decimal, ...] = ()
    sentinel_dates: tuple[dt.date, ...] = ()
    error_texts: tuple[str, ...] = ()
    absent_texts: tuple[str, ...] = ()
    export_limits: tuple[int, ...] = ()
    contact: Contact = Contact()

    @field_validator("accidents", mode="before")
    @classmethod
    def _off_is_a_word(cls, value: object) -> object:
        """YAML reads `off` as false."""
        if not isinstance(value, dict):
            return value
        for name in value:
            if name not in get_args(Accident):
                near = did_you_mean(str(name), get_args(Accident))
                raise ValueError(f"{name!r} is not an accident that is looked for{near}")
        return {name: "off" if verdict is False else verdict for name, verdict in value.items()}

    def verdict(self, accident: str) -> Verdict:
        """What an accident leads to; one that policy does not name is told of."""
        return self.accidents.get(accident, "warn")  # type: ignore[call-overload,no-any-return]
