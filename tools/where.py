"""Which code belongs to a URL: `./dev where /wissen/uebergaben/`.

Follows the naming rule: the URL name `module:noun_verb` leads to the view `noun_verb` in `web/views/noun.py`, the
template `noun/verb.html`, the form `VerbNounForm`, the service `verb_noun` and the test `web/test_noun.py`.
"""

import argparse
import inspect
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import django
from django.urls import Resolver404, resolve

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "staffelstab"


@dataclass(frozen=True)
class Place:
    """A part of a screen: what it is, where it stands (or should), and whether it is there."""

    role: str
    where: str
    exists: bool


def places(url_name: str, *, package: Path = PACKAGE, tests: Path = ROOT / "tests") -> list[Place]:
    """Return the places that the naming rule gives for `module:noun_verb`; reads files, imports nothing."""
    module, _, screen = url_name.partition(":")
    noun, _, verb = screen.rpartition("_")
    noun = noun or screen
    folder = package / module
    form = "".join(part.title() for part in (*verb.split("_"), *noun.split("_"))) + "Form"
    template = folder / "templates" / module / noun / f"{verb}.html"
    test = tests / module / "web" / f"test_{noun}.py"
    return [
        _definition("view", (folder / "web" / "views" / f"{noun}.py",), f"def {screen}("),
        Place("template", _shown(template), template.exists()),
        _definition("form", (folder / "web" / "forms" / f"{noun}.py",), f"class {form}("),
        _definition("service", _service_files(folder, noun), f"def {verb}_{noun}("),
        Place("test", _shown(test), test.exists()),
    ]


def _service_files(folder: Path, noun: str) -> tuple[Path, ...]:
    package = folder / "services"
    if not package.is_dir():
        return (folder / "services.py",)
    # The plural is as common as the noun itself; whatever the file is called, the function is looked for.
    return (package / f"{noun}.py", *sorted(package.glob("*.py")))


def _definition(role: str, files: tuple[Path, ...], beginning: str) -> Place:
    name = beginning.split(" ")[1].rstrip("(")
    for path in files:
        if path.exists():
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
                if line.startswith(beginning):
                    return Place(role, f"{_shown(path)}:{number} {name}", exists=True)
    return Place(role, f"{_shown(files[0])} {name}", exists=False)


def _shown(path: Path) -> str:
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def main() -> int:
    """Print the places of one URL; 1 when no screen answers it."""
    parser = argparse.ArgumentParser(prog="./dev where", description="Which code belongs to a URL.")
    parser.add_argument("url", help="a path such as /wissen/uebergaben/, or a whole address")
    path = urlsplit(parser.parse_args().url).path
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "staffelstab.config.settings.test")
    django.setup()
    try:
        match = resolve(path if path.startswith("/") else f"/{path}")
    except Resolver404:
        print(f"No screen answers {path}", file=sys.stderr)
        return 1
    view = inspect.unwrap(match.func)
    source = Path(inspect.getsourcefile(view) or "")
    print(f"{'url name':<10} {match.view_name}   ({match.route})")
    print(f"{'answered by':<10} {_shown(source)} {view.__qualname__}")
    if not source.is_relative_to(PACKAGE):
        return 0
    for place in places(match.view_name):
        print(f"{place.role:<10} {place.where}{'' if place.exists else '   (absent)'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
