"""Build step of the wheel: compile the translations, which are not kept in the repository."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent


class CompileTranslations(BuildHookInterface):
    """Write `locale/<language>/LC_MESSAGES/django.mo` and put it into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - given by hatch
        sys.path.insert(0, str(ROOT))
        # Only now importable: the build starts outside the project's folder.
        from tools.catalogues import compile_catalogues  # noqa: PLC0415

        for path in compile_catalogues(ROOT / "src" / "staffelstab" / "locale"):
            build_data["artifacts"].append(str(path.relative_to(ROOT)))
