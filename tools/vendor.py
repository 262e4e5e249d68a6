"""Vendored front-end files: build them from npm archives, or check them against the manifest.

    python tools/vendor.py --check              every vendored file is listed and has the listed SHA-256
    python tools/vendor.py --build ARCHIVES     unpack `npm pack` archives (*.tgz) from the folder ARCHIVES

The KERN style sheet is reduced while building: its utility and grid classes and the icons that no component
embeds are dropped, and the rest is put into the cascade layer ``kern``, so that the house style wins without
raising specificity. Licences are copied beside the files.
"""

import argparse
import hashlib
import json
import re
import sys
import tarfile
from dataclasses import asdict, dataclass
from pathlib import Path

VENDOR = Path(__file__).resolve().parent.parent / "src/staffelstab/core/static/vendor"
MANIFEST = VENDOR / "manifest.json"

FONT_RANGES = {
    "latin-ext": (
        "U+0100-02BA,U+02BD-02C5,U+02C7-02CC,U+02CE-02D7,U+02DD-02FF,U+1D00-1DBF,U+1E00-1E9F,U+1EF2-1EFF,"
        "U+2020,U+20A0-20AB,U+20AD-20C0,U+2113,U+2C60-2C7F,U+A720-A7FF"
    ),
    "latin": (
        "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,"
        "U+2193,U+2212,U+2215,U+FEFF,U+FFFD"
    ),
}
FONT_WEIGHTS = (400, 500, 600)

# Groups of KERN classes that our pages do not use: layout utilities, icons (we have our own sprite), and
# components that Staffelstab draws itself.
DROPPED_KERN = re.compile(
    r"\.kern-(icon--|row|col|order|grid|flex|basis|gap|justify|align|place|self|container|level-|w-|h-|min-|"
    r"max-|m[trblxy]?-|p[trblxy]?-|task-list|accordion|dropdown|kopfzeile|card|preline|subline|hgroup|"
    r"description-list|summary|list|loader|divider|number|heading|title|table|progress|d-|inline|block|hidden|"
    r"overflow|position|text-|bg-|border-|shadow|rounded|opacity|z-|top-|left-|right-|bottom-|inset|sr-only-m)"
)


@dataclass(frozen=True, kw_only=True)
class Package:
    """One npm package: where its files go and which of them are taken."""

    name: str
    version: str
    licence: str
    folder: str
    files: tuple[tuple[str, str], ...]

    @property
    def archive(self) -> str:
        """File name that `npm pack NAME@VERSION` writes."""
        return f"{self.name.lstrip('@').replace('/', '-')}-{self.version}.tgz"

    @property
    def target(self) -> Path:
        return VENDOR / f"{self.folder}-{self.version}"


PACKAGES = (
    Package(
        name="@kern-ux/native",
        version="2.7.2",
        licence="EUPL-1.2",
        folder="kern",
        files=(("dist/kern.min.css", "kern.css"), ("LICENSE.md", "LICENSE.md")),
    ),
    Package(
        name="@fontsource/fira-sans",
        version="5.3.0",
        licence="OFL-1.1",
        folder="fira-sans",
        files=(
            *(
                (f"files/fira-sans-{part}-{weight}-normal.woff2", f"fira-sans-{part}-{weight}.woff2")
                for weight in FONT_WEIGHTS
                for part in FONT_RANGES
            ),
            ("LICENSE", "LICENSE"),
        ),
    ),
    Package(
        name="htmx.org",
        version="4.0.1",
        licence="0BSD",
        folder="htmx",
        files=(("dist/htmx.min.js", "htmx.min.js"), ("LICENSE", "LICENSE")),
    ),
    Package(
        name="vega",
        version="6.4.0",
        licence="BSD-3-Clause",
        folder="vega",
        files=(("build/vega.min.js", "vega.min.js"), ("LICENSE", "LICENSE")),
    ),
    Package(
        name="vega-lite",
        version="6.4.3",
        licence="BSD-3-Clause",
        folder="vega-lite",
        files=(("build/vega-lite.min.js", "vega-lite.min.js"), ("LICENSE", "LICENSE")),
    ),
    Package(
        name="vega-interpreter",
        version="2.3.2",
        licence="BSD-3-Clause",
        folder="vega-interpreter",
        files=(("build/vega-interpreter.js", "vega-interpreter.js"), ("LICENSE", "LICENSE")),
    ),
)


def top_level_rules(css: str) -> list[str]:
    """Split minified CSS into its top-level rules (a media query with its content is one rule)."""
    rules: list[str] = []
    depth = start = 0
    quote = ""
    for index, char in enumerate(css):
        if quote:
            if char == quote and css[index - 1] != "\\":
                quote = ""
        elif char in "\"'":
            quote = char
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                rules.append(css[start : index + 1])
                start = index + 1
        elif char == ";" and depth == 0:
            start = index + 1
    return rules


def split_selectors(selectors: str) -> list[str]:
    """Split a selector list at its outer commas."""
    parts, depth, current = [], 0, ""
    for char in selectors:
        depth += (char in "([") - (char in ")]")
        if char == "," and depth == 0:
            parts.append(current)
            current = ""
        else:
            current += char
    return [*parts, current]


def reduced_rule(rule: str) -> str:
    """The rule without the selectors of dropped classes; empty when nothing is left of it."""
    head, _, body = rule.partition("{")
    if head.startswith("@media"):
        inner = "".join(reduced_rule(each) for each in top_level_rules(body[:-1]))
        return f"{head}{{{inner}}}" if inner else ""
    if head.startswith("@"):
        return rule
    kept = [each for each in split_selectors(head) if not DROPPED_KERN.search(each)]
    return f"{','.join(kept)}{{{body}" if kept else ""


def reduced_kern(css: str) -> str:
    """KERN's style sheet reduced to tokens, themes, typography and the components we use, in layer `kern`."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL).replace("\ufeff", "")
    css = re.sub(r'@charset "[^"]+";', "", css)
    # Embedded pictures would need `img-src data:` in the content security policy.
    css = re.sub(r'(-webkit-)?mask:url\("data:[^"]*"\)[^;}]*;?', "", css)
    rules = "\n".join(filter(None, (reduced_rule(rule.strip()) for rule in top_level_rules(css))))
    notice = (
        "/* KERN UX native 2.7.2, (c) KERN-UX team, EUPL-1.2 (see LICENSE.md). "
        "Changed by tools/vendor.py: unused classes removed, wrapped in a cascade layer. */"
    )
    return f"{notice}\n@layer kern{{\n{rules}\n}}\n"


def font_faces() -> str:
    """`@font-face` rules for the vendored Fira Sans cuts."""
    return "".join(
        '@font-face{font-family:"Fira Sans";font-style:normal;font-display:swap;'
        f'font-weight:{weight};src:url("fira-sans-{part}-{weight}.woff2") format("woff2");'
        f"unicode-range:{ranges}}}\n"
        for weight in FONT_WEIGHTS
        for part, ranges in FONT_RANGES.items()
    )


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build(archives: Path) -> None:
    """Unpack the wanted files of every package from `archives` and write the manifest."""
    entries: list[dict[str, object]] = []
    for package in PACKAGES:
        package.target.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archives / package.archive) as archive:
            for source, target in package.files:
                member = archive.extractfile(f"package/{source}")
                if member is None:
                    raise FileNotFoundError(f"{package.archive}: {source}")
                content = member.read()
                if target == "kern.css":
                    content = reduced_kern(content.decode()).encode()
                elif target.endswith(".js"):
                    # Source maps are not vendored; a dangling reference would fail the static manifest.
                    content = re.sub(rb"\n//# sourceMappingURL=\S+\s*$", b"\n", content)
                    # There is no bundler: what the interpreter needs of vega-util is on the `vega` global.
                    content = re.sub(
                        rb"import (\{[^}]+\}) from 'vega-util';", rb"const \1 = globalThis.vega;", content
                    )
                (package.target / target).write_bytes(content)
        if package.folder == "fira-sans":
            (package.target / "fira-sans.css").write_text(font_faces(), encoding="utf-8")
        entry = asdict(package) | {
            "folder": package.target.name,
            "files": {path.name: sha256(path) for path in sorted(package.target.iterdir())},
        }
        entries.append(entry)
    MANIFEST.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")


def findings() -> list[str]:
    """What is wrong with the vendored files: missing, changed or unlisted ones. Empty when all is well."""
    found = []
    listed = {MANIFEST}
    versions = {package.target.name for package in PACKAGES}
    for entry in json.loads(MANIFEST.read_text(encoding="utf-8")):
        if entry["folder"] not in versions:
            found.append(f"{entry['folder']}: not among the packages of tools/vendor.py")
        for name, digest in entry["files"].items():
            path = VENDOR / entry["folder"] / name
            listed.add(path)
            if not path.is_file():
                found.append(f"{entry['folder']}/{name}: missing")
            elif sha256(path) != digest:
                found.append(f"{entry['folder']}/{name}: changed")
    unlisted = (path for path in sorted(VENDOR.rglob("*")) if path.is_file() and path not in listed)
    found.extend(f"{path.relative_to(VENDOR)}: not in the manifest" for path in unlisted)
    return found


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--check", action="store_true")
    group.add_argument("--build", type=Path, metavar="ARCHIVES")
    arguments = parser.parse_args()
    if arguments.build:
        build(arguments.build)
    problems = findings()
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
