"""Commands: keyword-only, permitted, in one transaction, and never without a record of what they did.

Reads the syntax trees of all `services` and follows calls between them. What a function does through the database is
recognised by the names of Django's writing methods, so a new way to write has to be added here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "staffelstab"

WRITES = frozenset(
    {
        "abulk_create", "bulk_create", "bulk_update", "create", "delete", "get_or_create", "save", "set_password",
        "update", "update_or_create",
    }
)  # fmt: skip
_SQL_WRITES = ("INSERT", "UPDATE", "DELETE", "COPY", "MERGE")


@dataclass
class Function:
    """A top-level function of a service module with the functions of services it calls."""

    place: str
    node: ast.FunctionDef
    calls: set[str] = field(default_factory=set)
    writes: bool = False
    records: bool = False
    requires: bool = False
    atomic: bool = False

    @property
    def public(self) -> bool:
        """Whether other modules may call it."""
        return not self.node.name.startswith("_")

    @property
    def keyword_only(self) -> bool:
        """Whether every argument has to be named."""
        return not (self.node.args.args or self.node.args.posonlyargs or self.node.args.vararg)

    @property
    def arguments(self) -> set[str]:
        """The names of its arguments."""
        return {argument.arg for argument in (*self.node.args.args, *self.node.args.kwonlyargs)}


def functions(package: Path = PACKAGE) -> dict[str, Function]:
    """Dotted name → function, for every service module below `package`."""
    found: dict[str, Function] = {}
    for path in sorted((*package.glob("*/services.py"), *package.glob("*/services/**/*.py"))):
        module = ".".join((package.name, *path.relative_to(package).with_suffix("").parts)).removesuffix(
            ".__init__"
        )
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = _names(tree, module)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef):
                name = f"{module}.{node.name}"
                found[name] = _read(Function(name.removeprefix(f"{package.name}."), node), names, tree)
    _follow(found)
    return found


def _names(tree: ast.Module, module: str) -> dict[str, str]:
    names = {node.name: f"{module}.{node.name}" for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            names |= {item.asname or item.name: f"{node.module}.{item.name}" for item in node.names}
    return names


def _read(function: Function, names: Mapping[str, str], tree: ast.Module) -> Function:
    constants = {
        target.id: _literal(node.value)
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    function.atomic = any("atomic" in ast.unparse(item) for item in function.node.decorator_list)
    for node in ast.walk(function.node):
        if isinstance(node, ast.With):
            # A tenancy context is a transaction, too.
            opened = [ast.unparse(item.context_expr) for item in node.items]
            function.atomic |= any(text.startswith(("transaction.atomic", "activate(")) for text in opened)
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            function.writes |= node.value.strip().startswith(_SQL_WRITES)
        if isinstance(node, ast.Name):
            function.writes |= constants.get(node.id, "").strip().startswith(_SQL_WRITES)
        if isinstance(node, ast.Call):
            _read_call(function, node.func, names)
        elif isinstance(node, ast.Name) and node.id in names:
            # handed on as a value: a table of steps, a callback
            function.calls.add(names[node.id])
    return function


def _literal(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _read_call(function: Function, called: ast.expr, names: Mapping[str, str]) -> None:
    if isinstance(called, ast.Name):
        function.calls.add(names.get(called.id, called.id))
        return
    if not isinstance(called, ast.Attribute):
        return
    owner = called.value.id if isinstance(called.value, ast.Name) else ""
    if names.get(owner, "").startswith("staffelstab.") and "." not in ast.unparse(called.value):
        function.calls.add(f"{names[owner]}.{called.attr}")
    dotted = f"{names.get(owner, owner)}.{called.attr}"
    function.records |= dotted.endswith((".audit.record", ".trail.record_many"))
    function.records |= ast.unparse(called) == "AuditEntry.objects.bulk_create"
    function.requires |= dotted.endswith(".permissions.require")
    # Changes of plain mappings and sets are not of the database.
    function.writes |= called.attr in WRITES and not (called.attr == "update" and _plain(called.value))


def _plain(owner: ast.expr) -> bool:
    return isinstance(owner, ast.Name | ast.Subscript)


def _follow(found: dict[str, Function]) -> None:
    moving = True
    while moving:
        moving = False
        for function in found.values():
            for other in [found[name] for name in function.calls if name in found]:
                for trait in ("writes", "records", "requires", "atomic"):
                    if getattr(other, trait) and not getattr(function, trait):
                        setattr(function, trait, True)
                        moving = True


def findings(package: Path, excepted: Mapping[str, str]) -> list[str]:
    """Return writing functions that are not proper commands; `excepted` maps place or folder to a reason."""
    found = functions(package)
    entries = [function for function in found.values() if function.public and function.writes]
    result = [
        f"{function.place}: {reason}"
        for function in entries
        if not _excepted(function.place, excepted)
        for reason in _reasons(function)
    ]
    used = {name for name in excepted if any(_excepted(function.place, [name]) for function in entries)}
    return result + [f"{name}: excepted, but writes nothing" for name in excepted if name not in used]


def _excepted(place: str, names: Mapping[str, str] | list[str]) -> bool:
    return any(place == name or place.startswith(f"{name}.") for name in names)


def _reasons(function: Function) -> Iterator[str]:
    if not function.keyword_only:
        yield "takes arguments by position"
    if missing := {"actor", "now"} - function.arguments:
        yield f"does not take {' and '.join(sorted(missing))}"
    if not function.requires:
        yield "asks no permission"
    if not function.atomic:
        yield "is no transaction"
    if not function.records:
        yield "leaves no record"
