"""Lists: columns, table, filters. A view builds these; ``core/ui/table.html`` and ``filters.html`` draw them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

Text = str | Promise

_CURSORS = frozenset({"after", "before"})


def link_to(query: QueryDict, **changes: str | None) -> str:
    """Relative URL with the parameters changed (None or empty removes); paging cursors are always dropped."""
    pairs: list[tuple[str, str]] = []
    # Hundreds of links a page: no copy of the parameters for each of them.
    for name, values in query.lists():
        if name in changes:
            if changes[name]:
                pairs.append((name, str(changes[name])))
        elif name not in _CURSORS:
            pairs.extend((name, str(value)) for value in values)
    pairs.extend((name, str(value)) for name, value in changes.items() if value and name not in query)
    return f"?{urlencode(pairs)}"


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column.

    - `key`: attribute path of the row (``unit.name``), unless `value` is given.
    - `sort`: name for the parameter ``sort``; empty means not sortable. `descending_first`: first click sorts down.
    - `primary`: the column that names the row; becomes the row header and the title of the card on a phone.
    - `href`: makes the text a link. `template`: draws the cell, with ``row`` and ``value`` in its context.
    - `optional`: left out on a phone.
    """

    key: str
    label: Text
    sort: str = ""
    descending_first: bool = False
    numeric: bool = False
    primary: bool = False
    optional: bool = False
    value: Callable[[Any], object] | None = None
    href: Callable[[Any], str] | None = None
    template: str = ""

    def of(self, row: object) -> object:
        """Value of this column in `row`; None when a step of the path is None."""
        if self.value:
            return self.value(row)
        value: Any = row
        for name in self.key.split("."):
            if value is None:
                return None
            value = value[name] if isinstance(value, Mapping) else getattr(value, name)
        return value() if callable(value) else value


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A cell as the template draws it."""

    column: Column
    value: object
    html: SafeString | str
    row: object


def cell_html(cell: Cell) -> str:
    """Content of a cell, drawn by the column's template when it has one."""
    if cell.column.template:
        return render_to_string(cell.column.template, {"row": cell.row, "value": cell.value})
    return conditional_escape(cell.html)


@dataclass(frozen=True, kw_only=True)
class Header:
    column: Column
    url: str
    aria_sort: str


@dataclass(frozen=True, kw_only=True)
class TableRow:
    key: str
    label: str
    selected: bool
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """A data table.

    `caption` names it for screen readers. `sort` is the current value of ``sort`` (``-`` for descending).
    `bulk_form` is the id of the form that its row checkboxes belong to; empty means no checkboxes.
    `empty_title`, `empty_text`, `empty_url`, `empty_action` say what to do when there is no row.
    """

    columns: Sequence[Column]
    rows: Sequence[Any]
    caption: Text
    query: QueryDict = field(default_factory=QueryDict)
    sort: str = ""
    bulk_form: str = ""
    selected: str = ""
    compact: bool = False
    empty_title: Text = ""
    empty_text: Text = ""
    empty_url: str = ""
    empty_action: Text = ""
    row_key: Callable[[Any], str] = lambda row: str(row.pk)

    def headers(self) -> list[Header]:
        """Column heads; a sortable one links to the list sorted by it."""
        heads = []
        for column in self.columns:
            current = column.sort and self.sort.lstrip("-") == column.sort
            descending = self.sort.startswith("-")
            down = not descending if current else column.descending_first
            url = link_to(self.query, sort=("-" if down else "") + column.sort) if column.sort else ""
            aria = ("descending" if descending else "ascending") if current else ""
            heads.append(Header(column=column, url=url, aria_sort=aria))
        return heads

    def rows_html(self) -> SafeString:
        """The body's rows as HTML. Written here and not as a template: fifty rows cost a template most of a request."""
        opened = [self._opening(column) for column in self.columns]
        pieces: list[str] = []
        for row in self.body():
            pieces.append('<tr class="selected" aria-current="true">' if row.selected else "<tr>")
            if self.bulk_form:
                pieces.append(
                    f'<td class="tick"><input type="checkbox" name="selected" value="{conditional_escape(row.key)}" '
                    f'form="{conditional_escape(self.bulk_form)}" '
                    f'aria-label="{conditional_escape(_("Select %(label)s") % {"label": row.label})}"></td>'
                )
            for (start, end), cell in zip(opened, row.cells, strict=True):
                pieces.append(f"{start}{cell_html(cell)}{end}")
            pieces.append("</tr>")
        return mark_safe("".join(pieces))  # noqa: S308 - every value is escaped above

    @staticmethod
    def _opening(column: Column) -> tuple[str, str]:
        if column.primary:
            return '<th scope="row" class="primary">', "</th>"
        words = " ".join(word for word, on in (("num", column.numeric), ("optional", column.optional)) if on)
        return f'<td data-label="{conditional_escape(str(column.label))}" class="{words}">', "</td>"

    def body(self) -> list[TableRow]:
        """Rows with their cells drawn as far as no template is needed."""
        shown = []
        for row in self.rows:
            cells = tuple(self._cell(column, row) for column in self.columns)
            key = self.row_key(row) if self.bulk_form or self.selected else ""
            label = next((str(cell.value) for cell in cells if cell.column.primary), "")
            shown.append(
                TableRow(key=key, label=label, selected=bool(key) and key == self.selected, cells=cells)
            )
        return shown

    @staticmethod
    def _cell(column: Column, row: object) -> Cell:
        value = column.of(row)
        shown: SafeString | str = "–" if value is None or value == "" else value  # type: ignore[assignment]
        if column.href:
            shown = format_html('<a href="{}">{}</a>', column.href(row), shown)
        return Cell(column=column, value=value, html=shown, row=row)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One value of a filter; `count` is shown behind the label when given."""

    value: str
    label: Text
    count: int | None = None
    url: str = ""
    current: bool = False


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A filter chip: a link per choice, the current one shown on the chip.

    `all_label` is the text when nothing is chosen. `clearable` False leaves out that first choice (a scenario
    always has a value). `searchable` adds a box that narrows long lists. `remove_url` makes it a link with a cross that
    takes the choice back, for what was chosen elsewhere on the page.
    """

    name: str
    label: Text
    choices: tuple[Choice, ...]
    value: str = ""
    value_label: Text = ""
    active: bool = False
    searchable: bool = False
    remove_url: str = ""


def chosen_filter(
    query: QueryDict, *, name: str, label: Text, value_label: Text, with_it: Sequence[str] = ()
) -> Filter:
    """A choice made elsewhere on the page (a bar, a cell), to be seen here and taken back together with `with_it`."""
    return Filter(
        name=name,
        label=label,
        choices=(),
        value=query.get(name, ""),
        value_label=value_label,
        active=True,
        remove_url=link_to(query, **dict.fromkeys((name, *with_it))),
    )


def choice_filter(
    query: QueryDict,
    *,
    name: str,
    label: Text,
    choices: Sequence[tuple[str, Text] | tuple[str, Text, int]],
    all_label: Text = "",
    default: str = "",
) -> Filter:
    """Filter over `choices` of (value, label[, count]); the value comes from `query`, an unknown one counts as none.

    With `all_label` the first choice removes the filter; without it, `default` applies when nothing is chosen.
    """
    known = [(each[0], each[1], each[2] if len(each) > 2 else None) for each in choices]
    labels = {value: text for value, text, _count in known}
    value = query.get(name, default)
    value = value if value in labels else default
    shown = [
        Choice(value=key, label=text, count=count, url=link_to(query, **{name: key}), current=key == value)
        for key, text, count in known
    ]
    if all_label:
        shown.insert(
            0, Choice(value="", label=all_label, url=link_to(query, **{name: None}), current=not value)
        )
    return Filter(
        name=name,
        label=label,
        choices=tuple(shown),
        value=value,
        value_label=labels.get(value, all_label),
        active=value != default,
        searchable=len(known) > 12,
    )
