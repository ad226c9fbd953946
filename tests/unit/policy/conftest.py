from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from policy_files import PolicyFiles


@pytest.fixture
def policies(tmp_path: Path) -> PolicyFiles:
    return PolicyFiles(tmp_path)
