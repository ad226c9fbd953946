"""The quarantine for the person who must set the rows right: lists, filters, a workbook.

Belongs here: reading `mart.quarantine` for people. Does not belong here: writing it
(`staging/quarantine.py`) or printing (`console.py`).
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import UserError
from pipelines.sources.contract import canonical_tables
from pipelines.sources.sourcefile import form_sources
from pipelines.warehouse.duck import Warehouse
from pipelines.warehouse.quoting import literal
from pipelines.workspace.yamlfile import did_you_mean, read_yaml

_HEAD = ("file", "line", "problem", "column", "value", "owner", "amount", "first_seen", "resolved")


@dataclass(frozen=True)
class Wanted:
    """Which rows are asked for; empty means all of them."""

    table: str | None = None
    rule: str | None = None
    owner: str | None = None
    file: str | None = None
    with_resolved: bool = False


@dataclass(frozen=True)
class Listing:
    """Rows in quarantine, and how many there are for each table and rule."""

    rows: list[dict[str, Any]]
    total: int
    counts: list[dict[str, Any]] = field(default_factory=list)


@cache
def _sentences() -> dict[str, dict[str, str]]:
    path = Path(__file__).parents[1] / "staging" / "rules.yaml"
    found: dict[str, dict[str, str]] = read_yaml(path).data
    return found


def problem(rule_id: str, column: str, language: str, value: str | None = None) -> str:
    """What a rule has against a row, in words; a value that is a formula is no number or date."""
    kind = rule_id.rpartition(".")[2]
    if (value or "").startswith("=") and kind.startswith("not_a_"):
        kind = "formula_without_value"
    said = _sentences().get(kind)
    return said[language].format(column=column) if said else rule_id


def sentence(row: Mapping[str, Any], language: str, show_contacts: bool) -> str:
    """Where a row is, what stands there, what is wrong with it and whose it is."""
    cell = f", cell {place}" if (place := cell_of_form(row)) else ""
    text = shown_value(row, show_contacts)
    value = f" {text!r}" if text else ""
    said = problem(row["rule_id"], row["column_name"] or "", language, row["value"])
    owner = f" · {row['owner_id']}" if row["owner_id"] else ""
    return f"{row['file']} line {row['line']}{cell}:{value} {said}{owner}"


def read_quarantine(warehouse: Warehouse, wanted: Wanted, limit: int | None = None) -> Listing:
    """The rows asked for, newest first seen last, and their counts.

    Raises:
        UserError: there is no such table, rule, owner or file in quarantine.
    """
    _require_known(warehouse, wanted)
    conditions, values = ["true"], []
    if not wanted.with_resolved:
        conditions.append("resolved_at is null")
    if wanted.table:
        conditions.append("table_name = ?")
        values.append(wanted.table)
    if wanted.rule:
        conditions.append("(rule_id = ? or rule_id like '%.' || ?)")
        values += [wanted.rule, wanted.rule]
    if wanted.owner:
        conditions.append("owner_id = ?")
        values.append(wanted.owner)
    if wanted.file:
        conditions.append("contains(file, ?)")
        values.append(wanted.file)
    where = " and ".join(conditions)
    rows = warehouse.rows(
        "select file, line, table_name, rule_id, column_name, value, raw_row, owner_id, amount, "
        "contact_fields, first_seen_at, resolved_at from mart.quarantine "
        f"where {where} order by table_name, file, line, rule_id"
        + (f" limit {int(limit)}" if limit is not None else ""),
        values,
    )
    counts = warehouse.rows(
        "select table_name, rule_id, count(*)::bigint as row_count, sum(amount) as amount, "
        "count(distinct owner_id)::bigint as owners, min(first_seen_at) as first_seen_at "
        f"from mart.quarantine where {where} group by table_name, rule_id order by all",
        values,
    )
    return Listing(rows, sum(row["row_count"] for row in counts), counts)


def faults_of_forms(warehouse: Warehouse) -> list[dict[str, Any]]:
    """The cells of filled forms that must be set right, in the order of their files."""
    patterns = sorted({pattern for source in form_sources() for pattern in source.files})
    return warehouse.rows(
        "select file, line, table_name, rule_id, column_name, value, raw_row, owner_id, "
        "contact_fields from mart.quarantine where resolved_at is null and ("
        + " or ".join(f"file glob {literal(f'{pattern}*')}" for pattern in patterns)
        + ") order by file, line, rule_id"
    )


def _require_known(warehouse: Warehouse, wanted: Wanted) -> None:
    if wanted.table and wanted.table not in canonical_tables():
        near = did_you_mean(wanted.table, canonical_tables())
        raise UserError(f"--table {wanted.table!r}: no such table{near}.")
    if wanted.rule:
        kinds = {
            *_sentences(),
            *(r["rule_id"] for r in warehouse.rows("select distinct rule_id from mart.quarantine")),
        }
        if wanted.rule not in kinds:
            near = did_you_mean(wanted.rule, kinds)
            raise UserError(f"--rule {wanted.rule!r}: no such rule{near}.")
    if wanted.owner:
        found = warehouse.rows(
            "select distinct owner_id from mart.quarantine where owner_id is not null"
        )
        owners = {row["owner_id"] for row in found}
        if wanted.owner not in owners:
            near = did_you_mean(wanted.owner, owners)
            raise UserError(f"--owner {wanted.owner!r} has nothing in quarantine{near}.")


def raw_fields(row: Mapping[str, Any], show_contacts: bool) -> dict[str, str]:
    """The fields of a row as they landed; contacts are masked unless they are asked for."""
    fields: dict[str, Any] = json.loads(row["raw_row"] or "{}")
    hidden = () if show_contacts else row["contact_fields"] or ()
    return {
        name: masked(str(text)) if name in hidden and text else ("" if text is None else str(text))
        for name, text in fields.items()
    }


def shown_value(row: Mapping[str, Any], show_contacts: bool) -> str:
    """The value at fault; a contact's is masked unless it is asked for."""
    value = row["value"] or ""
    contacts = canonical_tables()[row["table_name"]].contact
    hidden = row["column_name"] in contacts and not show_contacts
    return masked(value) if value and hidden else value


def cell_of_form(row: Mapping[str, Any]) -> str | None:
    """Where the value at fault stands in a filled form, as a spreadsheet names it: `H3`.

    The columns of a form stand as they were written, from the first one on.
    """
    from xlsxwriter.utility import xl_rowcol_to_cell

    file = str(row["file"]).rpartition("#")[0] or str(row["file"])
    headers = list(json.loads(row["raw_row"] or "{}"))
    for source in form_sources():
        if source.table == row["table_name"] and any(
            fnmatch.fnmatchcase(file, pattern) for pattern in source.files
        ):
            mapped = source.columns.get(row["column_name"] or "")
            places = [headers.index(h) for h in (mapped.headers if mapped else ()) if h in headers]
            if places:
                return str(xl_rowcol_to_cell(int(row["line"]) - 1, places[0]))
    return None


def masked(text: str) -> str:
    """Only that there is something, and how it begins."""
    return f"{text[:1]}***"


def write_workbook(listing: Listing, path: Path, language: str, show_contacts: bool) -> None:
    """A sheet for each table: what is wrong with a row, then the row as it landed.

    Raises:
        UserError: the workbook cannot be written there.
    """
    import xlsxwriter

    if path.suffix.lower() != ".xlsx":
        raise UserError(f"{path}: the list is written as .xlsx; give a name that ends so.")
    try:
        with xlsxwriter.Workbook(str(path), {"in_memory": False}) as book:
            for table in dict.fromkeys(row["table_name"] for row in listing.rows):
                rows = [row for row in listing.rows if row["table_name"] == table]
                _write_sheet(book, table, rows, language, show_contacts)
            if not listing.rows:
                book.add_worksheet("quarantine").write_string(0, 0, "—")
    except xlsxwriter.exceptions.FileCreateError as error:
        raise UserError(f"{path}: cannot be written ({error}).") from None


def _write_sheet(
    book: Any, table: str, rows: Iterable[Mapping[str, Any]], language: str, show_contacts: bool
) -> None:
    """Every text is written as a text: no cell of it is a formula."""
    sheet = book.add_worksheet(table[:31])
    bold = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    amount = book.add_format({"num_format": "#,##0.00"})
    landed = [(row, raw_fields(row, show_contacts)) for row in rows]
    own = list(dict.fromkeys(name for _, fields in landed for name in fields))
    labels = [_LABELS[name][language] for name in _HEAD]
    for column, label in enumerate([*labels, *own]):
        sheet.write_string(0, column, label, bold)
    for place, (row, fields) in enumerate(landed, 1):
        sheet.write_string(place, 0, row["file"])
        sheet.write_number(place, 1, row["line"])
        said = problem(row["rule_id"], row["column_name"] or "", language)
        value = shown_value(row, show_contacts)
        texts = [said, row["column_name"] or "", value, row["owner_id"] or ""]
        for column, text in enumerate(texts, 2):
            sheet.write_string(place, column, text)
        if row["amount"] is not None:
            sheet.write_number(place, 6, row["amount"], amount)
        for column, moment in ((7, row["first_seen_at"]), (8, row["resolved_at"])):
            sheet.write_string(place, column, f"{moment:%Y-%m-%d}" if moment else "")
        for column, name in enumerate(own, len(_HEAD)):
            sheet.write_string(place, column, fields.get(name, ""))
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(1, len(landed)), len(_HEAD) + len(own) - 1)
    sheet.set_column(0, 0, 28)
    sheet.set_column(2, 2, 44)


_LABELS = {
    "file": {"zh": "文件", "en": "file"},
    "line": {"zh": "行", "en": "line"},
    "problem": {"zh": "问题", "en": "problem"},
    "column": {"zh": "列", "en": "column"},
    "value": {"zh": "原值", "en": "value"},
    "owner": {"zh": "负责人", "en": "owner"},
    "amount": {"zh": "金额", "en": "amount"},
    "first_seen": {"zh": "首次发现", "en": "first seen"},
    "resolved": {"zh": "已解决", "en": "resolved"},
}
