"""The sample company 海岳工业科技: exports as real systems write them, with known dirt.

Belongs here: a fictitious company, generated set-based in DuckDB from a seed. Does not belong
here: anything the pipeline computes; the sample knows its own truth and says so in its manifest.
"""

from __future__ import annotations

from pipelines.sample.generate import SampleSummary, generate
from pipelines.sample.model import Size

__all__ = ["SampleSummary", "Size", "generate"]
