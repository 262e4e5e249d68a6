"""Templates: all used, nothing inline that the content security policy refuses, every text translated."""

from __future__ import annotations

import ast
import html
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.template.base import Lexer, Token, TokenType

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "staffelstab"

_QUOTED = re.compile(r"""["']([\w./-]+\.(?:html|txt))(?:#[\w-]+)?["']""")
# Comments, what is code and not language, and all other tags.
_TAG = re.compile(
    r"<!--.*?-->|<(script|style|code|pre|kbd|samp|math|sub)\b.*?</\1\s*>|</?[a-zA-Z!][^>]*>", re.DOTALL
)
_SPOKEN = re.compile(r"""\s(alt|title|placeholder|aria-label|aria-description|content)\s*=\s*"([^"]*)\"""")
_INLINE = {
    "inline style": re.compile(r"<[a-zA-Z][^>]*\sstyle\s*=", re.DOTALL),
    "inline handler": re.compile(r"<[a-zA-Z][^>]*\son[a-z]+\s*=", re.DOTALL),
    "script without nonce or src": re.compile(r"<script(?![^>]*\b(?:nonce|src)=)", re.IGNORECASE),
    "style element without nonce": re.compile(r"<style(?![^>]*\bnonce=)", re.IGNORECASE),
    "javascript address": re.compile(r"""=\s*["']?\s*javascript:""", re.IGNORECASE),
}
_WORD = re.compile(r"[A-Za-zÄÖÜäöüß]{2,}")
_SETTINGS = frozenset({"block layout"})
"""Blocks whose content is the name of a class."""

_HOLE = "\u2400"
"""Stands for everything Django fills in."""


def templates(package: Path = PACKAGE) -> dict[str, Path]:
    """Template name → file, of all modules."""
    return {
        path.relative_to(folder).as_posix(): path
        for folder in sorted(package.glob("*/templates"))
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def unused(package: Path, known_elsewhere: Mapping[str, str]) -> list[str]:
    """Return templates nothing names. `known_elsewhere` holds prefixes that packages look for, with the package."""
    found = templates(package)
    named: set[str] = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                named |= {node.value.partition("#")[0], f"{node.value}.html", f"{node.value}.txt"}
    for name, path in found.items():
        named |= set(_QUOTED.findall(path.read_text(encoding="utf-8"))) - {name}
    return [
        f"{name}: nothing uses it"
        for name in found
        if name not in named and not any(name.startswith(prefix) for prefix in known_elsewhere)
    ]


def inline(package: Path = PACKAGE) -> list[str]:
    """Return what a browser would refuse under our content security policy."""
    return [
        f"{name}: {what}"
        for name, path in templates(package).items()
        if path.suffix == ".html"
        for what, pattern in _INLINE.items()
        if pattern.search(_filled(path.read_text(encoding="utf-8"), translated=True))
    ]


def untranslated(package: Path, names: frozenset[str], exempt: Mapping[str, str]) -> list[str]:
    """Return words outside of translation tags that are not in `names`; `exempt` maps templates to reasons."""
    findings: list[str] = []
    for name, path in templates(package).items():
        if path.suffix != ".html" or name in exempt:
            continue
        text = _filled(path.read_text(encoding="utf-8"), translated=False)
        spoken = [value for tag in _TAG.finditer(text) for _name, value in _SPOKEN.findall(tag.group(0))]
        for piece in (*spoken, *_TAG.sub("\n", text).splitlines()):
            words = [word for word in _WORD.findall(html.unescape(piece)) if word not in names]
            if words and not _is_setting(piece):
                findings.append(f"{name}: {' '.join(piece.replace(_HOLE, '…').split())}")
    return sorted(set(findings))


def _is_setting(piece: str) -> bool:
    """The content of a meta element that only browsers read."""
    return bool(
        re.fullmatch(r"[\w-]+=[\w.-]+(,\s*[\w-]+=[\w.-]+)*|light dark|[a-z]+(-[a-z]+)+", piece.strip())
    )


def _filled(source: str, *, translated: bool) -> str:
    """The source with a hole for each variable and tag; translated texts stay only where `translated`."""
    parts: list[str] = []
    skipping = ""
    for token in Lexer(source).tokenize():
        if token.token_type is TokenType.BLOCK:
            word = token.contents.split()[0]
            if skipping:
                skipping = "" if word == skipping else skipping
            elif word in {"blocktranslate", "blocktrans"}:
                skipping = f"end{word}"
            elif word == "comment":
                skipping = "endcomment"
            elif token.contents in _SETTINGS:
                skipping = "endblock"
            parts.append(_HOLE)
        elif not skipping or (translated and skipping != "endcomment"):
            parts.append(_text(token))
    return "".join(parts)


def _text(token: Token) -> str:
    if token.token_type is TokenType.TEXT:
        return token.contents
    return _HOLE if token.token_type is TokenType.VAR else ""


def untrimmed(package: Path = PACKAGE) -> Iterator[str]:
    """Yield blocks of translated text that keep their line breaks, which no translator sees the same way twice."""
    for name, path in templates(package).items():
        for token in Lexer(path.read_text(encoding="utf-8")).tokenize():
            words = token.contents.split() if token.token_type is TokenType.BLOCK else []
            if words[:1] == ["blocktranslate"] and "trimmed" not in words:
                yield f"{name}:{token.lineno}: blocktranslate without trimmed"
