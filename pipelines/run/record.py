"""The record by which a run that would change nothing is known.

Belongs here: the mark of everything a result depends on. Does not belong here: computing.
"""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipelines import __version__
from pipelines.landing.land import content_hash
from pipelines.ledger.store import all_closed
from pipelines.run.outcome import Outcome
from pipelines.run.session import Session
from pipelines.staging.loads import forgotten_loads
from pipelines.warehouse.duck import RUN, fingerprint
from pipelines.workspace.kept import keep_json, kept_json
from pipelines.workspace.resources import shipped
from pipelines.workspace.workspace import Workspace

_RECORD = "last_run.json"


def inputs_mark(session: Session) -> str:
    """Everything a run's result depends on: exports, settings, policies, sources, code, date."""
    workspace = session.workspace
    code = Path(__file__).resolve().parents[1]
    texts = [
        *sorted(code.rglob("*.py")),
        *sorted(code.rglob("*.yaml")),
        *workspace.policy_folder("kpis"),
    ]
    for folder in ("sql", "reports/templates"):
        texts.extend(path for path in sorted(shipped(folder).rglob("*")) if path.is_file())
    found = session.inventory.exports
    beside = {(export.joined.name, export.joined.path) for export in found if export.joined}
    exports = sorted({(export.name, export.path) for export in found} | beside)
    return fingerprint(
        __version__,
        session.as_of,
        session.follows_data,
        session.reports,
        workspace.settings.model_dump(mode="json"),
        [source.model_dump(mode="json") for source in session.sources],
        repr(session.policies),
        version("holidays"),  # the days of a country's calendar
        [[name, session.hash_of(path)] for name, path in exports],
        forgotten_loads(session.warehouse),
        [closed.seal for closed in all_closed(workspace.ledger)],
        [content_hash(path) for path in texts],
    )


def read_record(session: Session) -> dict[str, Any] | None:
    """The last good run; `None` when its results are not all there, or what tells of it is damaged.

    The warehouse says itself which run it holds: one that was lost, or another's, holds none.
    """
    workspace = session.workspace
    record = workspace.place / _RECORD
    published = (workspace.reports / "latest" / "index.html", workspace.published)
    if not record.exists() or not all(path.exists() for path in published):
        return None
    found = kept_json(record)
    if not {"mark", "outcome"} <= found.keys() or session.warehouse.state(RUN) != found["mark"]:
        return None
    return found


def forget_record(workspace: Workspace) -> None:
    """What is published may soon be another run's: the next one computes."""
    (workspace.place / _RECORD).unlink(missing_ok=True)


def write_record(session: Session, mark: str, outcome: Outcome) -> None:
    with session.warehouse.transaction():
        session.warehouse.note(RUN, mark)
    keep_json(session.workspace.place / _RECORD, {"mark": mark, "outcome": outcome.__dict__})
