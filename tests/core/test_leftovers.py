"""Files nothing refers to go after a day, all others stay."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import override_settings
from django.utils import timezone

from staffelstab.core.leftovers import sweep

MEMORY = "django.core.files.storage.InMemoryStorage"
FILES = "django.core.files.storage.FileSystemStorage"


@pytest.mark.parametrize("backend", [MEMORY, FILES])
def test_sweep_takes_old_files_nothing_refers_to(backend: str, tmp_path: Path) -> None:
    options = {"location": str(tmp_path)}
    with override_settings(STORAGES={"default": {"BACKEND": backend, "OPTIONS": options}}):
        for name in ("imports/a/known", "imports/a/left", "imports/a/deeper/left", "imports/b/left"):
            default_storage.save(name, ContentFile(b"x"))
        now = timezone.now()
        known = ["imports/a/known", "imports/a/gone"]
        assert sweep("imports/a", known=known, now=now + timedelta(hours=23)) == 0
        assert sweep("imports/a", known=known, now=now + timedelta(hours=25)) == 1
        assert sweep("imports/a", known=known, now=now + timedelta(hours=25)) == 0
        assert default_storage.listdir("imports/a") == (["deeper"], ["known"])
        assert default_storage.listdir("imports/b") == ([], ["left"])
        assert sweep("imports/never", known=[], now=now) == 0


def test_sweep_passes_over_what_goes_meanwhile(tmp_path: Path) -> None:
    options = {"location": str(tmp_path)}
    with override_settings(STORAGES={"default": {"BACKEND": FILES, "OPTIONS": options}}):
        (tmp_path / "imports").mkdir()
        (tmp_path / "imports" / "going").symlink_to(tmp_path / "gone")  # listed, and not there when asked for
        assert sweep("imports", known=[], now=timezone.now() + timedelta(days=2)) == 0
