from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.policy_files import PolicyFiles


@pytest.fixture
def policies(tmp_path: Path) -> PolicyFiles:
    return PolicyFiles(tmp_path)
