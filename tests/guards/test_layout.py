"""The naming rule from address to test, the list of modules, and how long files and functions may become."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from tests.guards import layout

LONG = {
    "core/ui/samples.py:component_samples": "the table of the component page, one entry per component",
    "workforce/domain/import_messages.py": "one entry per problem an import can report; cutting it would hide gaps",
}
"""What may be longer than the rest, and why."""


def screens(resolver: URLResolver | None = None, space: str = "") -> Iterator[layout.Screen]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from screens(pattern, pattern.namespace or space)
        elif space:
            assert isinstance(pattern, URLPattern)
            yield layout.Screen(f"{space}:{pattern.name}", pattern.callback)


def test_names_lead_from_the_address_to_view_and_test() -> None:
    assert layout.naming_findings(screens()) == []


def test_names_lead_from_the_view_to_its_template() -> None:
    assert layout.template_findings() == []


def test_every_module_is_under_the_import_contracts() -> None:
    assert layout.module_findings() == []


def test_files_and_functions_stay_short() -> None:
    assert layout.size_findings(layout.PACKAGE, LONG) == []


def test_nothing_is_called_after_nothing() -> None:
    assert [
        finding for top in ("src", "tests", "tools") for finding in layout.junk_findings(layout.ROOT / top)
    ] == []
