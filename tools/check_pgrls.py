"""Analyse the row-level security of the migrated schema with pgrls; exceptions stand in `pgrls.toml`.

Starts a throw-away server, migrates it as an installation would, and passes further arguments on to `pgrls lint`.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from staffelstab.config import database

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Return the status of `pgrls lint`: 0 when it finds nothing that is not excepted."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "staffelstab.config.settings.base"
    for name in ("DATABASE_URL", "STAFFELSTAB_OWNER_DATABASE_URL"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="staffelstab-pgrls-") as folder:
        # The server of a root user runs as another one, who must be able to enter the folder.
        Path(folder).chmod(0o711)
        os.environ["STAFFELSTAB_DATA"] = folder
        with database.running():
            command = [
                str(Path(sys.executable).parent / "pgrls"),
                "lint",
                f"--database-url={os.environ['STAFFELSTAB_OWNER_DATABASE_URL']}",
                *arguments,
            ]
            return subprocess.run(command, check=False, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
