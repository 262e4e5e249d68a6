"""Fetch the pinned uv from the package index into a folder; for machines whose Python has no pip.

Runs with any Python from 3.9 on and the standard library alone, before there is an environment:

    python3 tools/bootstrap_uv.py .dev/uv

The index is the one of UV_DEFAULT_INDEX, UV_INDEX_URL or PIP_INDEX_URL, else the one uv.lock was made with.
"""

import hashlib
import io
import os
import platform
import re
import sys
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path
from typing import Dict, List, Tuple  # noqa: UP035 - Python 3.9 runs this file

ROOT = Path(__file__).resolve().parent.parent
MACHINES = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}


class BootstrapError(Exception):
    """uv cannot be fetched; the message says why."""


def read_pin(text: str) -> Tuple[str, List[str]]:  # noqa: UP006 - as above
    """Return version and permitted SHA-256 sums from a requirements line."""
    version = re.search(r"^uv==(\S+)", text, re.MULTILINE)
    if version is None:
        message = "tools/uv.txt names no version of uv."
        raise BootstrapError(message)
    return version.group(1), re.findall(r"--hash=sha256:([0-9a-f]{64})", text)


def choose_index(environment: Dict[str, str], lock: str) -> str:  # noqa: UP006 - as above
    """Return the address of the package index, without a slash at its end."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if environment.get(name):
            return environment[name].rstrip("/")
    locked = re.search(r'registry = "(https?://[^"]+)"', lock)
    if locked is None:
        message = "uv.lock names no package index; please set PIP_INDEX_URL."
        raise BootstrapError(message)
    return str(locked.group(1)).rstrip("/")


def find_wheel(page: str, page_address: str, version: str, machine: str) -> str:
    """Return the address of the Linux (glibc) wheel for `machine` on an index page (PEP 503)."""
    address: str
    for address in re.findall(r'href="([^"]+)"', page):
        name = urllib.parse.unquote(urllib.parse.urlsplit(address).path.rsplit("/", 1)[-1])
        if (
            name.startswith(f"uv-{version}-")
            and "manylinux_2_17_" + machine in name
            and name.endswith(".whl")
        ):
            return urllib.parse.urljoin(page_address, address.replace("&amp;", "&"))
    message = f"The package index {page_address} has no uv {version} for {machine}."
    raise BootstrapError(message)


def unpack(wheel: bytes, sums: List[str], target: Path) -> None:  # noqa: UP006 - as above
    """Check the wheel against its permitted sums and write `target/bin/uv`."""
    found = hashlib.sha256(wheel).hexdigest()
    if found not in sums:
        message = f"The downloaded uv has the unexpected SHA-256 {found}; nothing was installed."
        raise BootstrapError(message)
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        member = next(name for name in archive.namelist() if name.endswith(".data/scripts/uv"))
        program = archive.read(member)
    (target / "bin").mkdir(parents=True, exist_ok=True)
    unfinished = target / "bin" / f"uv.{os.getpid()}"
    unfinished.write_bytes(program)
    unfinished.chmod(0o755)
    unfinished.replace(target / "bin" / "uv")


def fetch(address: str) -> Tuple[bytes, str]:  # noqa: UP006 - as above
    """Return what an address answers and the address it was finally found at."""
    if not address.startswith(("https://", "http://", "file://")):
        message = f"{address} is no address of a package index."
        raise BootstrapError(message)
    with urllib.request.urlopen(address, timeout=60) as answer:  # noqa: S310 - scheme checked above
        return answer.read(), answer.geturl()


def main() -> int:
    """Fetch, check, unpack; 0 when the program lies in place."""
    target = Path(sys.argv[1])
    machine = MACHINES.get(platform.machine().lower())
    try:
        if sys.platform != "linux" or machine is None:
            message = f"uv is pinned for Linux on x86_64 and aarch64 only, not for {platform.platform()}."
            raise BootstrapError(message)
        version, sums = read_pin((ROOT / "tools" / "uv.txt").read_text())
        index = choose_index(dict(os.environ), (ROOT / "uv.lock").read_text())
        page, page_address = fetch(f"{index}/uv/")
        wheel, _ = fetch(find_wheel(page.decode(), page_address, version, machine))
        unpack(wheel, sums, target)
    except (BootstrapError, OSError) as error:
        print(f"{error} Please install uv or pip by hand and start again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
