"""Real data as their publishers release them, and a small table of municipalities."""

from __future__ import annotations

import os
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections

from staffelstab.config import database

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


CENSUS = """state,ags,place,population
BY,091620000000,"München, Landeshauptstadt",1488202
BY,097610000000,"Augsburg",301033
NW,055150000000,"Münster, Stadt",320946
NI,033550025025,"Münstedt",1034
BW,083350063063,"Radolfzell am Bodensee, Stadt",31582
"""


@pytest.fixture
def municipalities(committed_database: str, tmp_path: Path) -> Iterator[Path]:
    """Five municipalities, loaded by the command as the owner role into a database of its own. Request it first."""
    path = tmp_path / "census.csv"
    path.write_text(CENSUS, encoding="utf-8")
    default = connections.databases["default"]
    connections.databases["owner"] = {**default, "USER": database.OWNER}
    try:
        call_command("municipalities", str(path), stdout=StringIO())
        yield path
    finally:
        del connections.databases["owner"]
