from __future__ import annotations

import pytest

from pipelines.sample import SampleSummary, generate
from tests.support.laboratory import ROOT
from tests.support.sample_files import Sample

SHIPPED = ROOT / "data" / "raw"


@pytest.fixture(scope="session")
def seed() -> int:
    """The seed of the sample that is shipped with the repository."""
    return int(Sample(SHIPPED).manifest["seed"])


@pytest.fixture(scope="session")
def summary(seed: int, tmp_path_factory: pytest.TempPathFactory) -> SampleSummary:
    return generate(tmp_path_factory.mktemp("sample") / "raw", "small", seed)


@pytest.fixture(scope="session")
def sample(summary: SampleSummary) -> Sample:
    return Sample(summary.target)
