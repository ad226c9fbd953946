"""One company's folder: its settings and the paths below it.

Belongs here: `attain.yaml`, where things are, the run lock. Does not belong here: what the
sources, policies and exports say (each has its own room).
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, field_validator

from pipelines.errors import InUseError, UserError
from pipelines.workspace.engine import SparkEngine
from pipelines.workspace.resources import shipped
from pipelines.workspace.yamlfile import load_model

SETTINGS_FILE = "attain.yaml"
OWNER_ONLY = 0o700  # rights of a folder
REAL_DATA_VARIABLE = "ATTAIN_REAL_DATA"


ReportName = Literal[
    "director_weekly",
    "region_weekly",
    "team_weekly",
    "team_daily",
    "rep_weekly",
    "finance",
    "appraisal",
    "commission_statement",
    "kpi_browser",
    "sales_ops",
]
_ON_REQUEST = frozenset({"team_daily"})
"""Reports that are written where the settings name them."""


class Label(BaseModel):
    """A text in the two languages of the reports."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    zh: str
    en: str


class Input(BaseModel):
    """A folder of exports; `canonical` files carry the canonical names and need no mapping.

    `export` says of canonical files what source files say of theirs: a full export closes the rows
    it no longer has, a delta only adds and replaces.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str
    format: Literal["mapped", "canonical"] = "mapped"
    export: Literal["full", "delta"] = "full"


Cron = Annotated[str, Field(pattern=r"^(\S+ ){4}\S+$")]


class RunAt(BaseModel):
    """When the schedules tick, as cron writes it, in the company's time zone."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    week: Cron = "0 6 * * 1"
    month: Cron = "0 6 3 * *"
    day: Cron = "0 6 * * 2-5"


class Settings(BaseModel):
    """`attain.yaml`. Every key has a default except the company's name.

    `calendar` is a country's code or a file below `policy/calendar/`; `fiscal_year_start_month`,
    where it is given, stands above that file's `fiscal_year_starts`. `database` is the file of the
    published database, below the workspace or at an absolute path. `memory_limit` bounds the
    computation; `auto` is half of the machine, or three quarters of what is free if that is less.
    `engine` names a Spark that computes the models; without it DuckDB does, in this process.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Label
    base_currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "CNY"
    time_zone: str = "Asia/Shanghai"
    as_of: dt.date | None = None
    process: str = "functional"
    calendar: str = "cn"
    org_view: Literal["as_was", "as_is"] = "as_was"
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)] | None = None
    history_start: dt.date | None = None
    inputs: tuple[Input, ...] = (Input(path="data/raw"),)
    reports: Annotated[tuple[ReportName, ...], Field(min_length=1)] = tuple(
        name for name in get_args(ReportName) if name not in _ON_REQUEST
    )
    run_at: RunAt = RunAt()
    up_is_red: bool = False
    database: str = "mart/attain.duckdb"
    memory_limit: Annotated[str, Field(pattern=r"^(auto|\d+(\.\d+)?\s?(MB|GB|MiB|GiB))$")] = "auto"
    engine: SparkEngine | None = None

    @field_validator("database")
    @classmethod
    def _not_among_the_pages(cls, value: str) -> str:
        parts = PurePath(value).parts
        if not value.endswith(".duckdb"):
            raise ValueError(f"{value!r} does not end with .duckdb")
        if ".." in parts or parts[0] in ("reports", ".attain", "ledger"):
            raise ValueError(
                f"{value!r}: the database holds everything and stands apart from the pages, "
                "the ledger and attain's own files"
            )
        return value

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is not a time zone such as Asia/Shanghai") from None
        return value


@dataclass(frozen=True)
class Workspace:
    """A validated workspace: settings plus the places of everything below its root.

    `known_at` (UTC) makes it the workspace as it was known then: loads of that moment, computed and
    published apart from the present state. `is_held` says that whoever uses it holds its lock
    already: closing a month is several runs and one act.
    """

    root: Path
    settings: Settings
    known_at: dt.datetime | None = None
    is_held: bool = False

    @property
    def state(self) -> Path:
        """Everything attain keeps for itself; can be deleted, then the next run starts afresh."""
        return self.root / ".attain"

    @property
    def place(self) -> Path:
        """Where a run computes: a state known in the past has a place of its own."""
        return self.state / "known" / self._moment if self.known_at else self.state

    @property
    def _moment(self) -> str:
        assert self.known_at is not None
        return self.known_at.strftime("%Y%m%dT%H%M%S")

    @property
    def warehouse(self) -> Path:
        return self.place / "warehouse.duckdb"

    @property
    def landed(self) -> Path:
        return self.state / "landed"

    @property
    def build(self) -> Path:
        return self.place / "build"

    @property
    def shared(self) -> Path | None:
        """The folder that Spark sees as well: a place of its own for a state known in the past."""
        if self.settings.engine is None:
            return None
        folder = self.root / Path(self.settings.engine.folder).expanduser()
        return folder / "known" / self._moment if self.known_at else folder / "present"

    @property
    def dagster_home(self) -> Path:
        return self.state / "dagster"

    @property
    def reports(self) -> Path:
        reports = self.root / "reports"
        return reports / "known" / self._moment if self.known_at else reports

    @property
    def published(self) -> Path:
        """The read-only copy of the mart for other tools; it holds everything."""
        database = self.root / self.settings.database
        if self.known_at:
            return database.parent / "known" / self._moment / database.name
        return database

    @property
    def ledger(self) -> Path:
        """Closed commission periods: the one folder that cannot be computed again. Back it up."""
        return self.root / "ledger"

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    def policy_file(self, *parts: str) -> Path:
        """The workspace's own policy file, else the shipped one of the same name."""
        own = self.root.joinpath("policy", *parts)
        return own if own.exists() else shipped("policy", *parts)

    def own_policy(self, *parts: str) -> Path | None:
        """The workspace's own policy file, if it has one."""
        own = self.root.joinpath("policy", *parts)
        return own if own.exists() else None

    def own_policies(self, name: str) -> list[Path]:
        """The workspace's own files of a folder, in the order of their names: what only a company
        can say of itself, such as whom it pays for what."""
        return sorted((self.root / "policy" / name).glob("*.yaml"))

    def policy_folder(self, name: str) -> list[Path]:
        """All policy files of a folder: shipped ones, replaced by own ones of the same name, and
        after them own ones: what is written twice is a mistake of the workspace's file."""
        files = (*sorted(shipped("policy", name).glob("*.yaml")), *self.own_policies(name))
        return list({path.name: path for path in files}.values())

    def prepare(self) -> None:
        """Create the state folders and give Dagster its instance settings.

        What lies in them is everybody's pay and every customer: they open to whoever runs attain.
        Rights that were given since stay.
        """
        self.state.mkdir(parents=True, exist_ok=True, mode=OWNER_ONLY)
        for folder in (self.state, self.landed, self.place, self.build, self.dagster_home):
            folder.mkdir(parents=True, exist_ok=True)
        own = self.root / "dagster.yaml"
        shutil.copyfile(
            own if own.exists() else shipped("dagster.yaml"), self.dagster_home / "dagster.yaml"
        )

    @contextmanager
    def locked(self) -> Iterator[Workspace]:
        """Hold the workspace for one run; the lock goes with the process, however it ends.

        Returns:
            The workspace, held: what is done with it takes no lock of its own.

        Raises:
            InUseError: another run holds it.
        """
        from filelock import FileLock, Timeout

        self.prepare()
        if self.is_held:
            yield self
            return
        lock = FileLock(self.state / "lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            raise InUseError(
                f"{self.root}: another attain run is at work here; wait for it to end.", 1
            ) from None
        try:
            yield replace(self, is_held=True)
        finally:
            lock.release()


def open_workspace(root: Path) -> Workspace:
    """Open a workspace folder.

    Raises:
        UserError: the folder is not a workspace, or its settings are wrong (file, line, key).
    """
    root = root.expanduser().resolve()
    settings_file = root / SETTINGS_FILE
    if not root.is_dir():
        raise UserError(f"{root}: no such folder. Create a workspace with: attain init {root}")
    if not settings_file.exists():
        raise UserError(
            f"{root} is not an attain workspace: it has no {SETTINGS_FILE}. "
            f"Create one with: attain init {root}"
        )
    return Workspace(root, load_model(settings_file, Settings))
