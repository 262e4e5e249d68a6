"""Real data: catalogues and registers as their publishers release them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def data_folder() -> Path:
    """The folder of shared data; where tests run for everybody (``CI``) its absence is a failure."""
    folder = Path(os.environ.get("STAFFELSTAB_TEST_DATA", SHARED))
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"no data folder {folder}: set STAFFELSTAB_TEST_DATA")
        pytest.skip(f"no data folder {folder}: set STAFFELSTAB_TEST_DATA")
    return folder
