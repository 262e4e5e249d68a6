import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from tools.bootstrap_uv import ROOT, BootstrapError, choose_index, find_wheel, read_pin, unpack

PAGE = """
<a href="../../files/uv-1.0.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl#sha256=aa">old</a>
<a href="../../files/uv-2.0.0-py3-none-win_amd64.whl#sha256=bb">windows</a>
<a href="../../files/uv-2.0.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl#sha256=cc">wanted</a>
"""


def wheel() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("uv-2.0.0.data/scripts/uv", "#!/bin/sh\n")
    return content.getvalue()


def test_pin_of_the_project_names_one_version_and_its_sums() -> None:
    version, sums = read_pin((ROOT / "tools" / "uv.txt").read_text())
    assert version == "0.13.9"
    assert len(sums) == len(set(sums)) == 4


def test_index_is_the_users_own_before_that_of_the_lock_file() -> None:
    lock = 'source = { registry = "https://index.example/simple" }'
    assert choose_index({}, lock) == "https://index.example/simple"
    assert (
        choose_index({"PIP_INDEX_URL": "https://mirror.example/simple/"}, lock)
        == "https://mirror.example/simple"
    )


def test_wheel_is_found_by_version_and_machine() -> None:
    name = "uv-2.0.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl#sha256=cc"
    assert (
        find_wheel(PAGE, "https://index.example/simple/uv/", "2.0.0", "x86_64")
        == f"https://index.example/files/{name}"
    )


def test_wheel_for_an_unknown_machine_is_an_error() -> None:
    with pytest.raises(BootstrapError, match=r"has no uv 2\.0\.0 for aarch64"):
        find_wheel(PAGE, "https://index.example/simple/uv/", "2.0.0", "aarch64")


def test_unpack_writes_the_program_when_the_sum_is_permitted(tmp_path: Path) -> None:
    unpack(wheel(), [hashlib.sha256(wheel()).hexdigest()], tmp_path)
    assert (tmp_path / "bin" / "uv").read_text() == "#!/bin/sh\n"
    assert (tmp_path / "bin" / "uv").stat().st_mode & 0o777 == 0o755


def test_unpack_refuses_another_sum_and_writes_nothing(tmp_path: Path) -> None:
    with pytest.raises(BootstrapError, match="nothing was installed"):
        unpack(wheel(), ["0" * 64], tmp_path)
    assert list(tmp_path.iterdir()) == []
