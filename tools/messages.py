"""Check, extend and compile the translations.

python -m tools.messages --lint      every text has its German, nothing contradicts, nothing is left over
python -m tools.messages --update    add missing texts, untranslated, to the catalogue of their module
python -m tools.messages --compile   write locale/<language>/LC_MESSAGES/django.mo where it is out of date
"""

import argparse
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import polib

from tools.catalogues import catalogue_files, compile_catalogues
from tools.sources import Finding, Message, collect

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "staffelstab"
LANGUAGES = ("de",)  # the sources themselves are English

Key = tuple[str | None, str]

_PLACEHOLDER = re.compile(r"%\((\w+)\)[#0\- +]*[\d.]*[sdifr]|%[sdifr]|\{(\w*)(?:[:!][^}]*)?\}")


def placeholders(text: str) -> set[str]:
    """Return the placeholders of a text in their three forms: `%(name)s`, `%s`, `{name}`."""
    return {match.group(0) for match in _PLACEHOLDER.finditer(text.replace("%%", ""))}


def lint(package: Path) -> list[Finding]:
    """Return everything wrong with the messages of `package` and their translations."""
    messages, findings = collect(package)
    locale = package / "locale"
    files = catalogue_files(locale)
    for language in LANGUAGES:
        findings += _lint_language(messages, files.get(language, []), locale / language)
    return sorted(set(findings), key=lambda finding: (finding.place, finding.text))


def _lint_language(messages: list[Message], paths: list[Path], folder: Path) -> Iterator[Finding]:
    used = {(message.context, message.msgid) for message in messages}
    known: dict[Key, polib.POEntry] = {}
    for path in paths:
        for entry in polib.pofile(str(path)):
            if entry.obsolete:
                continue
            place = f"{folder.parent.name}/{folder.name}/{path.name}:{entry.linenum}"
            yield from _lint_entry(entry, place)
            key = (entry.msgctxt, entry.msgid)
            if key not in used:
                yield Finding(place, f"not used anywhere: {entry.msgid!r}")
            elif key not in known:
                known[key] = entry
            elif (known[key].msgstr, known[key].msgstr_plural) != (entry.msgstr, entry.msgstr_plural):
                yield Finding(place, f"translated differently in another catalogue: {entry.msgid!r}")
    for message in messages:
        found = known.get((message.context, message.msgid))
        if found is None:
            yield Finding(message.place, f"no {folder.name} translation: {message.msgid!r}")
        elif message.plural and found.msgid_plural != message.plural:
            yield Finding(message.place, f"the {folder.name} translation lacks the plural {message.plural!r}")


def _lint_entry(entry: polib.POEntry, place: str) -> Iterator[Finding]:
    if not entry.translated():
        yield Finding(place, f"{'fuzzy' if entry.fuzzy else 'empty'} translation: {entry.msgid!r}")
        return
    wanted = placeholders(entry.msgid) | placeholders(entry.msgid_plural)
    for translation in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
        found = placeholders(translation)
        # One form of a plural may say "one task" without its number.
        if found - wanted or (not entry.msgid_plural and wanted - found):
            yield Finding(place, f"placeholders differ: {entry.msgid!r} → {translation!r}")


def update(package: Path) -> list[Path]:
    """Add the messages that no catalogue knows to the catalogue of their module; return the changed files."""
    messages, _ = collect(package)
    changed: dict[Path, polib.POFile] = {}
    for language in LANGUAGES:
        folder = package / "locale" / language
        known = {
            (entry.msgctxt, entry.msgid)
            for path in catalogue_files(package / "locale").get(language, [])
            for entry in polib.pofile(str(path))
            if not entry.obsolete
        }
        for message in messages:
            if (message.context, message.msgid) in known:
                continue
            known.add((message.context, message.msgid))
            path = folder / f"{message.module}.po"
            if path not in changed:
                changed[path] = polib.pofile(str(path)) if path.exists() else new_catalogue(language)
            changed[path].append(_entry(message))
    for path, catalogue in changed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
    return list(changed)


def new_catalogue(language: str) -> polib.POFile:
    """Return an empty catalogue with the header that Django needs."""
    catalogue = polib.POFile(wrapwidth=110)
    catalogue.metadata = {
        "Project-Id-Version": "staffelstab",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=2; plural=(n != 1);",
    }
    return catalogue


def _entry(message: Message) -> polib.POEntry:
    if message.plural is None:
        return polib.POEntry(msgid=message.msgid, msgctxt=message.context, msgstr="")
    return polib.POEntry(
        msgid=message.msgid,
        msgctxt=message.context,
        msgid_plural=message.plural,
        msgstr_plural={0: "", 1: ""},
    )


def main(arguments: list[str] | None = None) -> int:
    """Do what the one option says; 1 when `--lint` finds something."""
    parser = argparse.ArgumentParser(
        prog="./dev messages", description="Check, extend and compile translations."
    )
    choice = parser.add_mutually_exclusive_group(required=True)
    choice.add_argument("--lint", action="store_true", help="report everything wrong or missing (default)")
    choice.add_argument(
        "--update", action="store_true", help="add missing texts, untranslated, to the catalogues"
    )
    choice.add_argument("--compile", action="store_true", help="write the compiled catalogues")
    options = parser.parse_args(arguments)
    if options.compile:
        compile_catalogues(PACKAGE / "locale")
        return 0
    if options.update:
        for path in update(PACKAGE):
            print(f"extended {path.relative_to(PACKAGE)}")
        return 0
    findings = lint(PACKAGE)
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
