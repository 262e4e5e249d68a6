"""Read and compile the translation catalogues: `locale/<language>/<module>.po` → `LC_MESSAGES/django.mo`."""

from pathlib import Path

import polib


def catalogue_files(locale: Path) -> dict[str, list[Path]]:
    """Return the PO files of every language, in the order of their names."""
    files: dict[str, list[Path]] = {}
    for path in sorted(locale.glob("*/*.po")):
        files.setdefault(path.parent.name, []).append(path)
    return files


def compiled_file(locale: Path, language: str) -> Path:
    """Return where Django looks for the compiled catalogue of a language."""
    return locale / language / "LC_MESSAGES" / "django.mo"


def is_stale(target: Path, sources: list[Path]) -> bool:
    """Say whether a compiled catalogue is absent or older than one of its sources (or the folder's file list)."""
    if not target.exists():
        return True
    compiled_at = target.stat().st_mtime_ns
    return any(path.stat().st_mtime_ns > compiled_at for path in [*sources, sources[0].parent])


def compile_catalogues(locale: Path) -> list[Path]:
    """Merge the PO files of each language into its `django.mo` where one is newer; return all compiled files."""
    targets = []
    for language, sources in catalogue_files(locale).items():
        target = compiled_file(locale, language)
        if is_stale(target, sources):
            target.parent.mkdir(exist_ok=True)
            unfinished = target.with_suffix(".mo.new")
            merged(sources).save_as_mofile(str(unfinished))
            unfinished.replace(target)
        targets.append(target)
    return targets


def merged(sources: list[Path]) -> polib.POFile:
    """Return one catalogue with every translated entry; the first file wins (a conflict is a lint finding)."""
    result = polib.POFile()
    result.metadata = polib.pofile(str(sources[0])).metadata
    known: set[tuple[str | None, str]] = set()
    for path in sources:
        for entry in polib.pofile(str(path)):
            key = (entry.msgctxt, entry.msgid)
            if entry.translated() and not entry.obsolete and key not in known:
                known.add(key)
                result.append(entry)
    return result
