"""What ./dev mutate does to the rules, and how it names a change; what ./dev coverage measures."""

from __future__ import annotations

from tools import coverage, mutate


def test_decorator_moves_behind_its_function() -> None:
    text = "@predicate\ndef is_own(actor, obj):\n    return True\n\n\n@other\ndef second():\n    return 2\n"
    assert mutate.undecorate(text) == (
        "def is_own(actor, obj):\n    return True\n\n\nis_own = predicate(is_own)\n"
        "\n\n@other\ndef second():\n    return 2\n"
    )


def test_change_is_named_by_its_lines() -> None:
    before = "def function(a):\n    b = a + 1\n    return   b"
    assert mutate.difference(before, before.replace("+", "-")) == "b = a + 1 → b = a - 1"


def test_explanations_have_reasons() -> None:
    assert [name for name, reason in mutate.explained().items() if len(reason) < 10 or ": " not in name] == []


def test_every_module_is_measured() -> None:
    found = coverage.measured()
    assert {"staffelstab.core.permissions", "staffelstab.workforce.services"} <= set(found)
    assert [name for name in found if name.rpartition(".")[2] not in coverage.ROOMS] == []
