"""Find every message in Python sources and Django templates, with the place where it stands."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.template.base import Lexer, Token, TokenType
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace
from django.utils.translation.template import block_re, constant_re, endblock_re, inline_re, plural_re

# name → positions of context, singular and plural among the arguments
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}

# Pure rooms (domain, formats) import no Django: they mark their texts with a function of this name.
MARKER = "N_"


@dataclass(frozen=True)
class Message:
    """A text to translate; `module` is the part of the program whose catalogue holds it."""

    msgid: str
    plural: str | None
    context: str | None
    module: str
    place: str


@dataclass(frozen=True)
class Finding:
    """Something wrong, and where."""

    place: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}: {self.text}"


def collect(package: Path) -> tuple[list[Message], list[Finding]]:
    """Return the messages of all modules below `package`, and what cannot be translated as it is written."""
    messages: list[Message] = []
    findings: list[Finding] = []
    for path in sorted(package.rglob("*")):
        parts = path.relative_to(package).parts
        if not path.is_file() or "vendor" in parts or "__pycache__" in parts:
            continue
        if path.suffix == ".py":
            found = python_messages(path, module=module_of(parts), place=str(Path(*parts)))
        elif "templates" in parts and path.suffix in {".html", ".txt", ".xml"}:
            found = template_messages(path, module=module_of(parts), place=str(Path(*parts)))
        else:
            continue
        for item in found:
            if isinstance(item, Message):
                messages.append(item)
            else:
                findings.append(item)
    return messages, findings


def module_of(parts: tuple[str, ...]) -> str:
    """Return the module of a file; files beside the modules belong to `core`."""
    return parts[0] if len(parts) > 1 else "core"


def python_messages(path: Path, *, module: str, place: str) -> Iterator[Message | Finding]:
    """Yield the literal arguments of Django's translation functions under whatever name they are imported."""
    tree = ast.parse(path.read_text(encoding="utf-8"), filename=str(path))
    names = {MARKER: "gettext_noop"}
    modules: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            names |= {item.asname or item.name: item.name for item in node.names if item.name in FUNCTIONS}
        elif isinstance(node, ast.ImportFrom) and node.module == "django.utils":
            modules |= {item.asname or item.name for item in node.names if item.name == "translation"}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (function := _called(node.func, names, modules)):
            yield _python_message(node, FUNCTIONS[function], module=module, place=f"{place}:{node.lineno}")


def _called(function: ast.expr, names: dict[str, str], modules: set[str]) -> str | None:
    if isinstance(function, ast.Name):
        return names.get(function.id)
    if (
        isinstance(function, ast.Attribute)
        and isinstance(function.value, ast.Name)
        and function.value.id in modules
        and function.attr in FUNCTIONS
    ):
        return function.attr
    return None


def _python_message(
    call: ast.Call, positions: tuple[int | None, int, int | None], *, module: str, place: str
) -> Message | Finding:
    texts: list[str | None] = []
    for position in positions:
        if position is None:
            texts.append(None)
            continue
        argument = call.args[position] if position < len(call.args) else None
        if not isinstance(argument, ast.Constant) or not isinstance(argument.value, str):
            return Finding(
                place, "the text to translate must be one literal string (no f-string, no variable)"
            )
        texts.append(argument.value)
    context, singular, plural = texts
    return Message(singular or "", plural, context, module, place)


def template_messages(path: Path, *, module: str, place: str) -> Iterator[Message | Finding]:
    """Yield the texts of translate and blocktranslate tags and of `_("…")` constants."""
    tokens = iter(Lexer(path.read_text(encoding="utf-8")).tokenize())
    for token in tokens:
        where = f"{place}:{token.lineno}"
        if token.token_type not in {TokenType.BLOCK, TokenType.VAR}:
            continue
        if token.token_type == TokenType.BLOCK:
            if token.contents == "comment" or token.contents.startswith("comment "):
                _skip_comment(tokens)
                continue
            if block := block_re.match(token.contents):
                yield _block_message(token, tokens, block.group(2), module=module, place=where)
                continue
            if inline := inline_re.match(token.contents):
                yield Message(_unquote(inline.group(1)), None, _context(inline.group(3)), module, where)
        for constant in constant_re.findall(token.contents):
            yield Message(_unquote(constant), None, None, module, where)


def _skip_comment(tokens: Iterator[Token]) -> None:
    for token in tokens:
        if token.token_type == TokenType.BLOCK and token.contents == "endcomment":
            return


def _block_message(
    opening: Token, tokens: Iterator[Token], context: str | None, *, module: str, place: str
) -> Message | Finding:
    trimmed = "trimmed" in list(smart_split(opening.contents))
    parts: list[list[str]] = [[]]
    for token in tokens:
        if token.token_type == TokenType.VAR:
            parts[-1].append(f"%({token.contents})s")
        elif token.token_type == TokenType.TEXT:
            parts[-1].append(token.contents.replace("%", "%%"))
        elif token.token_type == TokenType.BLOCK and endblock_re.match(token.contents):
            break
        elif token.token_type == TokenType.BLOCK and plural_re.match(token.contents):
            parts.append([])
    texts = ["".join(part) for part in parts]
    if not trimmed and any("\n" in text for text in texts):
        return Finding(place, "blocktranslate over several lines must be `trimmed`")
    if trimmed:
        texts = [trim_whitespace(text) for text in texts]
    return Message(texts[0], texts[1] if len(texts) > 1 else None, _context(context), module, place)


def _context(quoted: str | None) -> str | None:
    return None if quoted is None else quoted.strip()[1:-1]


def _unquote(constant: str) -> str:
    # Django doubles the percent signs of template texts before it looks them up.
    return constant.strip()[1:-1].replace("%", "%%")
