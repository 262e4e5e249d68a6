"""Columns, sort links and filters."""

from types import SimpleNamespace

from django.http import QueryDict

from staffelstab.core.ui.tables import Column, Table, choice_filter, link_to


def test_link_to_keeps_filters_and_drops_cursors() -> None:
    query = QueryDict("unit=50&after=abc&sort=title")
    assert link_to(query, sort="-risk") == "?unit=50&sort=-risk"
    assert link_to(query, unit=None, sort=None) == "?"


def test_header_of_the_sorted_column_turns_the_order_around() -> None:
    columns = (
        Column(key="title", label="Title", sort="title"),
        Column(key="risk", label="Risk", sort="risk", descending_first=True),
        Column(key="unit", label="Unit"),
    )
    table = Table(columns=columns, rows=(), caption="", sort="title")
    assert [(head.url, head.aria_sort) for head in table.headers()] == [
        ("?sort=-title", "ascending"),
        ("?sort=-risk", ""),
        ("", ""),
    ]


def test_cell_follows_paths_and_shows_a_dash_for_nothing() -> None:
    row = SimpleNamespace(pk=7, unit=SimpleNamespace(name="A & B"), owner=None, count=0)
    columns = (
        Column(key="unit.name", label="Unit", href=lambda each: f"/{each.pk}", primary=True),
        Column(key="owner.name", label="Owner"),
        Column(key="count", label="Count"),
        Column(key="", label="Own", value=lambda each: each.pk * 2),
    )
    table = Table(columns=columns, rows=(row,), caption="", bulk_form="bulk", selected="7")
    (shown,) = table.body()
    assert [str(cell.html) for cell in shown.cells] == ['<a href="/7">A &amp; B</a>', "–", "0", "14"]
    assert (shown.key, shown.label, shown.selected) == ("7", "A & B", True)


def test_choice_filter_marks_the_current_value() -> None:
    shown = choice_filter(
        QueryDict("unit=50&q=x"),
        name="unit",
        label="Unit",
        choices=[("40", "A", 3), ("50", "B", 4)],
        all_label="all",
    )
    assert (shown.value, shown.value_label, shown.active) == ("50", "B", True)
    assert [(choice.value, choice.url, choice.count, choice.current) for choice in shown.choices] == [
        ("", "?q=x", None, False),
        ("40", "?unit=40&q=x", 3, False),
        ("50", "?unit=50&q=x", 4, True),
    ]


def test_choice_filter_takes_an_unknown_value_for_none() -> None:
    choices = [("early", "early"), ("late", "late")]
    shown = choice_filter(QueryDict("s=evil"), name="s", label="S", choices=choices, default="late")
    assert (shown.value, shown.value_label, shown.active) == ("late", "late", False)
