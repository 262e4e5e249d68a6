"""What a check found: one line with a level, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad a finding is: only errors change the exit status."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: ``code`` stays the same in every language, ``advice`` is empty where all is well."""

    code: str
    level: Level
    message: str
    advice: str = ""


def ok(code: str, message: str) -> Finding:
    """All is well."""
    return Finding(code, Level.OK, message)


def warning(code: str, message: str, advice: str) -> Finding:
    """It works, but should be different."""
    return Finding(code, Level.WARNING, message, advice)


def error(code: str, message: str, advice: str) -> Finding:
    """Something does not work, or is not safe."""
    return Finding(code, Level.ERROR, message, advice)
