"""Records that readers enter: the rows of a form that are theirs, and the workbook one becomes.

Belongs here: who may enter what, what a field takes, where it is written. Does not belong here:
what a form asks for (`forms/`), requests and pages (`app.py`, `entering.py`).

A record is written as the workbook that `attain forms` would have asked for it with, filled in one
row: landing, rules, quarantine and history treat it as they treat any filled form. Nothing here
writes into the warehouse, and nothing that stands in the inputs is written over.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import string
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, partial
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pipelines.delivery.access.organisation import read_organisation
from pipelines.delivery.access.policy import Subject, load_access
from pipelines.delivery.access.readers import COMPANY, Reader, readers_on
from pipelines.delivery.portal.policy import EntryPolicy
from pipelines.errors import UserError
from pipelines.forms.appraisal import appraisal_forms
from pipelines.forms.commission import commission_forms
from pipelines.forms.form import Cell, Field, Form, Formula, Language, Sheet, word, write_forms
from pipelines.policy.load import load_books
from pipelines.warehouse.duck import Warehouse, open_warehouse
from pipelines.workspace.dates import local_day
from pipelines.workspace.workspace import Workspace

Right = Literal["own", "rater", "approver", "judge"]
Book = Literal["appraisal", "commission"]
_BY_HAND = {"rater", "approver", "decided_by"}  # who enters it, not what somebody writes there
_DAYS = {"rated", "opened", "decided"}  # when it is entered
_LONGEST = 2_000
_PERIODS = 4
_ODD = re.compile(r"[^\n\t\x20-\ud7ff\ue000-\ufffd]")  # what no cell of a workbook may hold


@dataclass(frozen=True)
class Kind:
    """A kind of record: the sheet it is a row of, who enters it, and what must be filled in.

    `own` is the column that names whose row it is.
    """

    book: Book
    sheet: str
    subject: Subject
    right: Right
    own: str
    required: tuple[str, ...]

    @property
    def table(self) -> str:
        """Where the periods are listed in which there is something to enter."""
        return f"mart.{'appraisal_result' if self.book == 'appraisal' else 'commission_statement'}"


KINDS: dict[str, Kind] = {
    "score": Kind("appraisal", "scores", "appraisal", "rater", "rater", ("score",)),
    "appeal": Kind("appraisal", "appeals", "appraisal", "own", "employee", ("reason",)),
    "calibration": Kind(
        "appraisal", "calibration", "appraisal", "judge", "employee", ("after", "reason")
    ),
    "answer": Kind(
        "appraisal", "answers", "appraisal", "judge", "employee", ("status", "decision")
    ),
    "dispute": Kind("commission", "disputes", "commission", "own", "employee", ("reason",)),
    "approval": Kind(
        "commission", "approvals", "commission", "approver", "key", ("status", "reason")
    ),
    "decision": Kind(
        "commission", "decisions", "commission", "approver", "employee", ("status", "decision")
    ),
}


@dataclass(frozen=True)
class Row:
    """A row that waits for somebody: what stands in it, and what they may fill in.

    `key` names the row by what stands in it: another one after a run has other words.
    """

    key: str
    form: Form
    sheet: Sheet
    cells: dict[str, Any]

    @property
    def shown(self) -> list[Field]:
        """The columns that a person reads."""
        return [one for one in self.sheet.fields if not one.open and not one.hidden]

    @property
    def asked(self) -> list[Field]:
        """The columns that a person fills in."""
        own = _BY_HAND | _DAYS
        return [one for one in self.sheet.fields if one.open and one.name not in own]

    def words(self, field: Field) -> str:
        """What stands in a column, as the workbook shows it."""
        cell = self.cells[field.name]
        cell = cell.value if isinstance(cell, Formula) else cell
        if isinstance(cell, Decimal):
            return f"{cell:,.2f}" if field.kind == "amount" else f"{cell.normalize():f}"
        return "" if cell is None else str(cell)

    def given(self, field: Field) -> str:
        """What somebody filled in before, as they would write it."""
        return self.words(field).replace(",", "") if field.kind == "amount" else self.words(field)

    def choices(self, field: Field) -> list[str]:
        return str(self.cells[field.choices] or "").split(",") if field.choices else []


class Entries:
    """What readers of a workspace may enter, as of now."""

    def __init__(
        self, workspace: Workspace, policy: EntryPolicy, now: Callable[[], dt.datetime]
    ) -> None:
        self._workspace, self._policy, self._now = workspace, policy, now

    def open_to(self, who: str, language: Language) -> list[tuple[str, str, int]]:
        """The kinds and periods in which rows wait for a reader, and how many.

        Raises:
            UserError: a run holds the warehouse, or nothing has been computed.
        """
        with self._reading(who) as (warehouse, reader):
            forms = cache(partial(self._forms, warehouse, language))
            periods = cache(partial(_periods, warehouse))
            found = [
                (kind, period, len(_rows(forms(KINDS[kind].book, period), KINDS[kind], reader.id)))
                for kind in self._policy.kinds
                if reader is not None and self._may(reader, kind)
                for period in periods(KINDS[kind].table)
            ]
        return [one for one in found if one[2]]

    def rows(self, who: str, kind: str, period: str, language: Language) -> list[Row]:
        """The rows of a kind and period that are a reader's to fill in; none is also what somebody
        gets who may not, or for a period that is not there.

        Raises:
            UserError: a run holds the warehouse, or nothing has been computed.
        """
        with self._reading(who) as (warehouse, reader):
            if reader is None or kind not in self._policy.kinds or not self._may(reader, kind):
                return []
            of = KINDS[kind]
            if period not in _periods(warehouse, of.table):
                return []
            return _rows(self._forms(warehouse, language, of.book, period), of, reader.id)

    def enter(
        self, who: str, kind: str, row: Row, said: dict[str, str], language: Language
    ) -> tuple[Path | None, dict[str, str]]:
        """Write a record; returns its file, or what is wrong by the field it is wrong in.

        Raises:
            UserError: the folder cannot be written.
        """
        cells, wrong = dict(row.cells), {}
        for field in row.asked:
            value, problem = _taken(row, field, said.get(field.name, ""), language)
            if problem is None and value is None and field.name in KINDS[kind].required:
                problem = word("wrong.empty", language)
            if problem is not None:
                wrong[field.name] = problem
            cells[field.name] = value
        if wrong:
            return None, wrong
        today = local_day(self._workspace.settings, self._now())
        for field in row.sheet.fields:
            if field.open and field.name in _BY_HAND:
                cells[field.name] = who
            elif field.open and field.name in _DAYS:
                cells[field.name] = today
        filled = [cells[field.name] for field in row.sheet.fields]
        sheets = tuple(
            replace(sheet, rows=[filled] if sheet.name == row.sheet.name else [])
            for sheet in row.form.sheets
        )
        return self._write(row.form.file, sheets, language), {}

    def _write(self, name: str, sheets: tuple[Sheet, ...], language: Language) -> Path:
        """The moment stands last in the name: it is the day of the file, whatever ids look like."""
        folder = entry_folder(self._workspace, self._policy)
        zone = ZoneInfo(self._workspace.settings.time_zone)
        moment = self._now().astimezone(zone).replace(microsecond=0)
        stem = Path(name).stem
        while any(folder.glob(f"*{moment:%Y%m%dT%H%M%S}*")):  # the later of two counts
            moment += dt.timedelta(seconds=1)
        letters = "".join(secrets.choice(string.ascii_lowercase) for _ in range(6))
        form = Form(f"{stem}--{letters}-{moment:%Y%m%dT%H%M%S}.xlsx", sheets)
        [path] = write_forms([form], folder, language)
        return path

    @contextmanager
    def _reading(self, who: str) -> Iterator[tuple[Warehouse, Reader | None]]:
        """The warehouse, and who somebody is today; None for somebody who reads nothing."""
        settings = self._workspace.settings
        access = load_access(self._workspace)
        with open_warehouse(
            self._workspace.warehouse, settings.memory_limit, read_only=True
        ) as warehouse:
            today = local_day(settings, self._now())
            readers = readers_on(read_organisation(warehouse), access, today)
            yield warehouse, readers.all.get(who)

    def _may(self, reader: Reader, kind: str) -> bool:
        """Whether a kind is a reader's to enter: what concerns them is; deciding about others is
        their role's, who sees all of it."""
        right, subject = KINDS[kind].right, KINDS[kind].subject
        if right in ("own", "rater"):
            return True
        roles: tuple[str, ...] = self._policy.judges
        if right == "approver":
            roles = load_books(self._workspace).close.approver_roles
        today = local_day(self._workspace.settings, self._now())
        return reader.role in roles and reader.sees(subject, COMPANY, today)

    def _forms(
        self, warehouse: Warehouse, language: Language, book: Book, period: str
    ) -> list[Form]:
        ask = appraisal_forms if book == "appraisal" else commission_forms
        return ask(warehouse, period, local_day(self._workspace.settings, self._now()), language)


def _rows(forms: Iterable[Form], kind: Kind, who: str) -> list[Row]:
    """What nobody but they may fill in, or what their role decides; never about themselves."""
    return [
        row
        for form in forms
        for sheet in form.sheets
        if sheet.name == kind.sheet
        for row in (_row(form, sheet, cells) for cells in sheet.rows)
        if _is_for(row, kind, who)
    ]


def _is_for(row: Row, kind: Kind, who: str) -> bool:
    """Whether a row is somebody's to fill in; nobody rates themselves or decides about themselves,
    and what they wrote would be refused."""
    is_own = bool(row.cells[kind.own] == who)
    if kind.right == "own":
        return is_own
    if kind.right == "rater":
        return is_own and bool(row.cells["employee"] != who)
    return not is_own


def entry_folder(workspace: Workspace, policy: EntryPolicy) -> Path:
    """Where records are written: a folder of exports, or one below it.

    Raises:
        UserError: `into` lies in none of the folders of exports.
    """
    inputs = [(workspace.root / one.path).resolve() for one in workspace.settings.inputs]
    if policy.into is None:
        return inputs[0] / "portal"
    folder = (workspace.root / policy.into).resolve()
    if not any(folder.is_relative_to(one) for one in inputs):
        raise UserError(
            f"policy/portal.yaml, entries.into: {policy.into} lies in none of the folders of "
            "exports in attain.yaml, so no run would read what is entered."
        )
    return folder


def _periods(warehouse: Warehouse, table: str) -> list[str]:
    """The newest periods in which there is something to enter."""
    if not warehouse.exists(table):
        return []
    found = warehouse.rows(
        f"select distinct period from {table} order by period desc limit {_PERIODS}"
    )
    return [row["period"] for row in found]


def _row(form: Form, sheet: Sheet, cells: Any) -> Row:
    named = {field.name: cell for field, cell in zip(sheet.fields, cells, strict=True)}
    fixed = [
        (field.name, str(named[field.name]))
        for field in sheet.fields
        if not field.open and not isinstance(named[field.name], Formula)
    ]
    key = hashlib.sha256(repr((form.file, sheet.name, fixed)).encode()).hexdigest()[:20]
    return Row(key, form, sheet, named)


def _taken(row: Row, field: Field, said: str, language: Language) -> tuple[Cell, str | None]:
    """What a field takes of what somebody wrote, or why not, in the words of the workbook."""
    text = said.strip()
    if not text:
        return None, None
    most = row.cells[field.most] if field.most else None
    hint = word(
        f"hint.{field.hint or 'text'}", language,
        most=f"{most.normalize():f}" if most is not None else _LONGEST,
    )  # fmt: skip
    if field.kind in ("number", "amount"):
        number = _number(text, 2 if field.kind == "amount" else 4)
        fits = number is not None and number >= 0 and (most is None or number <= most)
        return (number, None) if fits else (None, hint)
    if field.kind == "choice":
        return (text, None) if text in row.choices(field) else (None, hint)
    text = text.replace("\r\n", "\n")
    fits = len(text) <= _LONGEST and not _ODD.search(text)
    return (text, None) if fits else (None, hint)


def _number(text: str, places: int) -> Decimal | None:
    """A plain number with a point; thousands, signs and exponents are not guessed at."""
    if not re.fullmatch(rf"\d{{1,14}}(\.\d{{1,{places}}})?", text):
        return None
    return Decimal(text)
