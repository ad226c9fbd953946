"""The seam between a run and whatever computes its models.

Belongs here: what a run may ask of an engine. Does not belong here: how one does it (`duck.py` in
this process, `spark/` on a cluster).

The warehouse file is the catalogue for both: it knows what each table was built from, and every
page, check, ledger and command reads tables there. An engine makes the rows of a model; where they
lie is its own business, as long as the table of the model's name has them.
"""

from __future__ import annotations

from typing import Protocol

from pipelines.warehouse.duck import Built
from pipelines.warehouse.model import Model


class Engine(Protocol):
    """What computes models."""

    def ready(self) -> None:
        """Get ready to compute, before anything of a run is touched.

        Raises:
            UserError: it cannot compute now, in one sentence.
        """

    def build(self, model: Model) -> Built:
        """Build a model's table unless it is current; the old rows stay until the new are whole.

        Raises:
            UserError: it could not be computed, in one sentence.
        """
