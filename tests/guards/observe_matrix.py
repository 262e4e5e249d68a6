"""Run by `make_matrix`: writes or compares what every address answers. Not part of the suite by its name."""

from __future__ import annotations

import csv
import os
import sys
from pathlib import Path

import pytest
from django.db import transaction

from tests.guards import access
from tests.world import World

TARGET = "STAFFELSTAB_TEST_MATRIX"


@pytest.mark.django_db
def test_write(world: World) -> None:
    """Write the file the environment names, or print the lines that differ from the matrix."""
    columns = {}
    for column in access.COLUMNS[2:]:
        # Each column makes objects of its own, of which a house may have one only (a logo).
        with transaction.atomic():
            columns[column] = access.observed(world, column)
            transaction.set_rollback(True)
    lines = [
        {"url": address.name, "permission": address.permission}
        | {column: answers[address.name] for column, answers in columns.items()}
        for address in access.addresses()
    ]
    if target := os.environ.get(TARGET):
        with Path(target).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, access.COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(lines)
        return
    known = access.read_matrix()
    for line in lines:
        if line != known.get(line["url"]):
            sys.stderr.write(",".join(line.values()) + "\n")
