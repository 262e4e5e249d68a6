"""Tags of the UI kit: ``{% load ui %}``. The list with arguments is in ``docs/developer/ui-kit.md``."""

from collections.abc import Mapping, Sequence
from html import unescape
from typing import Any

from django import template
from django.forms import BaseForm
from django.http import QueryDict
from django.template import Context
from django.template.base import NodeList
from django.template.defaulttags import CsrfTokenNode
from django.template.loader_tags import BlockNode
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from staffelstab.core.ui import houses, kept, numbers, slots, tables
from staffelstab.core.ui.charts import Chart
from staffelstab.core.ui.gaps import gap, is_keeping
from staffelstab.core.ui.icons import icon_svg
from staffelstab.core.ui.paging import Page

DAYS_OF_A_YEAR = 365

register = template.Library()

# Sign of each tone: status is never colour alone.
SIGNS = {"ok": "✓", "info": "i", "warn": "▲", "high": "◆", "critical": "●", "neutral": ""}
ALERTS = {"info": "info", "success": "success", "warning": "warning", "danger": "danger"}
ALERT_ICONS = {"info": "info", "success": "success", "warning": "warning", "danger": "error"}
MESSAGE_TONES = {
    "debug": "info",
    "info": "info",
    "success": "success",
    "warning": "warning",
    "error": "danger",
}


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Django's tag of this name, and beside the token the organisation the form belongs to.

    Every form needs the token, so no form can forget its organisation (``core.ui.houses``).
    """
    token = _rendered(CsrfTokenNode().render(context))
    house = context.get("house_key", "")
    if not token or not house:
        return token
    return token + format_html('<input type="hidden" name="{}" value="{}">', houses.FIELD, house)


@register.simple_tag
def icon(name: str, label: str = "", css_class: str = "") -> SafeString:
    """Inline icon; without `label` it is decoration."""
    return icon_svg(name, css_class=css_class, label=label)


def _attributes(extra: Mapping[str, Any]) -> SafeString:
    """Further attributes of an element; ``data_x`` becomes ``data-x``, True a bare attribute, falsy is left out."""
    parts = []
    for key, value in extra.items():
        name = key.rstrip("_").replace("_", "-")
        if value is True:
            parts.append(format_html(" {}", name))
        elif value is not None and value is not False and value != "":
            parts.append(format_html(' {}="{}"', name, value))
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


@register.simple_tag
def button(
    label: str,
    *,
    variant: str = "secondary",
    href: str = "",
    icon: str = "",
    small: bool = False,
    **extra: object,
) -> SafeString:
    """Button, or with `href` a link that looks like one.

    `variant`: primary, secondary, tertiary, danger. A button submits unless ``type="button"`` is given.
    """
    classes = f"kern-btn kern-btn--{'primary' if variant == 'danger' else variant}"
    classes += (" btn-danger" if variant == "danger" else "") + (" btn-small" if small else "")
    content = format_html('{}<span class="kern-label">{}</span>', icon_svg(icon) if icon else "", label)
    if href:
        return format_html('<a class="{}" href="{}"{}>{}</a>', classes, href, _attributes(extra), content)
    extra.setdefault("type", "submit")
    return format_html('<button class="{}"{}>{}</button>', classes, _attributes(extra), content)


@register.simple_tag
def badge(text: str, *, tone: str = "neutral", sign: str | None = None, title: str = "") -> SafeString:
    """Status: sign, word and colour. `tone`: ok, info, warn, high, critical, neutral; `sign` replaces the tone's."""
    mark = SIGNS[tone] if sign is None else sign
    shown = format_html('<span class="badge-sign" aria-hidden="true">{}</span>', mark) if mark else ""
    return format_html(
        '<span class="badge badge-{}"{}>{}{}</span>', tone, _attributes({"title": title}), shown, text
    )


@register.simple_tag
def bar(value: float, *, maximum: float = 100, label: str, shown: str = "", tone: str = "") -> SafeString:
    """Horizontal bar for a share (a native meter); `shown` is the text beside it."""
    text = format_html('<span class="bar-text">{}</span>', shown) if shown else ""
    return format_html(
        '<span class="bar{}"><meter min="0" max="{}" value="{}" aria-label="{}"></meter>{}</span>',
        f" bar-{tone}" if tone else "",
        _machine(maximum),
        _machine(value),
        label,
        text,
    )


def _rendered(content: str) -> SafeString:
    """Content of a block tag: rendered, and with that escaped, by the template engine."""
    return mark_safe(content)  # noqa: S308 - see above


def _machine(value: float) -> str:
    """Number for an attribute: a point, never the comma of the active language."""
    return f"{float(value):g}"


@register.inclusion_tag("core/ui/figure.html")
def figure(
    label: str,
    value: object,
    *,
    share: float | None = None,
    note: str = "",
    tone: str = "",
    href: str = "",
    action: str = "",
) -> dict[str, object]:
    """Figure tile: a number with its label, optional bar (`share` 0…100), note and link (`href`, `action`)."""
    return {
        "label": label,
        "value": value,
        "share": None if share is None else _machine(share),
        "note": note,
        "tone": tone,
        "href": href,
        "action": action,
    }


@register.inclusion_tag("core/ui/todo.html")
def todo(
    title: str,
    *,
    href: str,
    action: str,
    icon: str = "document",
    note: str = "",
    primary: bool = False,
    level: int = 3,
) -> dict[str, object]:
    """One due thing: sign, sentence, note, one action. Stands inside ``<ul class="todos">`` or ``"steps"``."""
    return {
        "title": title,
        "href": href,
        "action": action,
        "icon": icon,
        "note": note,
        "primary": primary,
        "level": level,
    }


@register.simple_block_tag
def card(
    content: str,
    *,
    title: str = "",
    level: int = 2,
    link: str = "",
    link_text: str = "",
    tone: str = "",
    id: str = "",  # noqa: A002 - the name of the HTML attribute
) -> SafeString:
    """Card around what belongs together. `tone`: plain (empty), accent, quiet. `link` stands at the top right."""
    head: SafeString | str = ""
    if title or link:
        heading = format_html("<h{}>{}</h{}>", level, title, level) if title else ""
        anchor = format_html('<a href="{}">{}</a>', link, link_text) if link else ""
        head = format_html('<div class="card-head">{}{}</div>', heading, anchor)
    classes = f"card card-{tone}" if tone else "card"
    return format_html(
        '<section class="{}"{}>{}{}</section>', classes, _attributes({"id": id}), head, _rendered(content)
    )


@register.simple_block_tag
def alert(content: str, *, title: str, tone: str = "info", live: bool = False) -> SafeString:
    """Notice in the page. `tone`: info, success, warning, danger; `live` announces it when it is swapped in."""
    role = _attributes({"role": "alert" if tone == "danger" else "status"}) if live else ""
    body = (
        format_html('<div class="kern-alert__body">{}</div>', _rendered(content)) if content.strip() else ""
    )
    return format_html(
        '<div class="kern-alert kern-alert--{}"{}><div class="kern-alert__header">{}'
        '<span class="kern-title">{}</span></div>{}</div>',
        ALERTS[tone],
        role,
        icon_svg(ALERT_ICONS[tone]),
        title,
        body,
    )


@register.simple_block_tag
def explain(content: str, *, title: str = "") -> SafeString:
    """*How is this computed*: opens in place, also by keyboard and without scripts."""
    return format_html(
        '<details class="explain"><summary>{}{}</summary><div class="explain-body">{}</div></details>',
        icon_svg("help"),
        title or _("How is this computed?"),
        _rendered(content),
    )


@register.simple_block_tag
def dialog(content: str, *, id: str, title: str) -> SafeString:  # noqa: A002 - the name of the HTML attribute
    """Native dialog. Opened by ``<a href="/fallback" data-dialog="ID">``; without scripts a page."""
    return format_html(
        '<dialog class="kern-dialog" id="{}" aria-labelledby="{}-title"><header class="kern-dialog__header">'
        '<h2 class="kern-title" id="{}-title">{}</h2><form method="dialog"><button class="icon-button" '
        'aria-label="{}">{}</button></form></header><div class="kern-dialog__body">{}</div></dialog>',
        id,
        id,
        id,
        title,
        _("Close"),
        icon_svg("close"),
        _rendered(content),
    )


@register.inclusion_tag("core/ui/empty.html")
def empty(
    title: str, text: str = "", *, href: str = "", action: str = "", icon: str = "empty"
) -> dict[str, str]:
    """Empty state: says what is missing and what to do next."""
    return {"title": title, "text": text, "href": href, "action": action, "icon": icon}


@register.inclusion_tag("core/ui/progress.html")
def progress(
    value: float | None,
    *,
    label: str,
    maximum: float = 100,
    note: str = "",
    poll: str = "",
    id: str = "progress",  # noqa: A002 - the name of the HTML attribute
) -> dict[str, object]:
    """Progress of long work. `value` None means unknown. `poll` is the URL that answers with this element again."""
    return {
        "value": None if value is None else _machine(value),
        "label": label,
        "maximum": _machine(maximum),
        "note": note,
        "poll": poll,
        "id": id,
    }


@register.inclusion_tag("core/ui/tabs.html")
def tabs(items: Sequence[tuple[str, str, bool]], *, label: str) -> dict[str, object]:
    """Tabs as links: (label, URL, current)."""
    return {"items": items, "label": label}


@register.inclusion_tag("core/ui/breadcrumbs.html")
def breadcrumbs(*items: object) -> dict[str, object]:
    """Breadcrumb from alternating label and URL; the last label has no URL."""
    pairs = [
        (items[index], items[index + 1] if index + 1 < len(items) else "")
        for index in range(0, len(items), 2)
    ]
    return {"items": pairs}


@register.inclusion_tag("core/ui/steps.html")
def steps(items: Sequence[Mapping[str, object]], *, label: str) -> dict[str, object]:
    """Steps in time: ``title``, ``state`` (done, current, open, late), optional ``date``, ``note``, ``url``."""
    return {"items": items, "label": label}


@register.inclusion_tag("core/ui/tree.html")
def tree(nodes: Sequence[Mapping[str, object]], *, label: str, depth: int = 0) -> dict[str, object]:
    """Tree of links: dicts with ``label``, ``url``, optional ``note``, ``current``, ``open``, ``children``."""
    return {"nodes": nodes, "label": label, "depth": depth}


@register.inclusion_tag("core/ui/description.html")
def description(items: Sequence[tuple[object, object]]) -> dict[str, object]:
    """Description list of (term, value); an empty value shows a dash."""
    return {"items": items}


@register.inclusion_tag("core/ui/table.html")
def data_table(table: tables.Table) -> dict[str, object]:
    """Data table (see core.ui.tables.Table)."""
    return {"table": table}


@register.inclusion_tag("core/ui/filters.html")
def filters(
    items: Sequence[tables.Filter], *, query: QueryDict | None = None, search: str = ""
) -> dict[str, object]:
    """Filter chips. With `search` (a label) a text box for the parameter ``q`` stands before them."""
    query = QueryDict() if query is None else query
    names = {each.name for each in items}
    kept = [(key, value) for key, value in query.items() if key not in ("q", "after", "before", "page")]
    active = [each for each in items if each.active]
    reset = tables.link_to(query, q=None, **dict.fromkeys(names)) if active or query.get("q") else ""
    return {"items": items, "search": search, "q": query.get("q", ""), "kept": kept, "reset": reset}


@register.inclusion_tag("core/ui/pager.html")
def pager(page: Page[Any], *, query: QueryDict | None = None) -> dict[str, object]:
    """Previous and next links of a keyset page (core.ui.paging.Page)."""
    query = QueryDict() if query is None else query
    base = tables.link_to(query).removeprefix("?")
    joined = f"?{base}&" if base else "?"
    return {
        "previous": f"{joined}before={page.previous}" if page.previous else "",
        "next": f"{joined}after={page.next}" if page.next else "",
    }


@register.inclusion_tag("core/ui/export.html")
def export_links(
    *, query: QueryDict | None = None, formats: str = "xlsx csv", base: str = ""
) -> dict[str, object]:
    """Links that export exactly the list on the screen: ``?…&format=xlsx``."""
    query = QueryDict() if query is None else query
    return {
        "links": [(name.upper(), base + tables.link_to(query, format=name)) for name in formats.split()],
    }


@register.simple_block_tag
def bulkbar(content: str, *, form: str) -> SafeString:
    """Bar with the actions for the ticked rows; its content are buttons with ``form="…"``."""
    return format_html(
        '<div class="bulkbar" data-bulk="{}"><label class="bulk-all" hidden><input type="checkbox" form="{}"> {}'
        '</label><span class="bulk-count" role="status" data-one="{}" data-many="{}">{}</span>{}</div>',
        form,
        # The box that ticks all is never submitted: it has no name.
        form,
        _("Select all on this page"),
        _("1 selected"),
        _("{count} selected"),
        _("For the selected rows:"),
        _rendered(content),
    )


@register.inclusion_tag("core/ui/form/errors.html")
def form_errors(form: BaseForm) -> dict[str, object]:
    """Summary of all errors of a form, each a link to its field."""
    fields = [field for field in form if field.errors]
    return {"form": form, "fields": fields, "general": form.non_field_errors()}


@register.inclusion_tag("core/ui/chart.html", takes_context=True)
def chart(context: Context, chart: Chart, *, level: int = 3) -> dict[str, object]:
    """Chart with its finding as title, interactive on demand, and its data table (core.ui.charts.Chart)."""
    return {"chart": chart, "level": level, "csp_nonce": context.get("csp_nonce", "")}


@register.simple_tag(takes_context=True)
def slot(context: Context, place: str, obj: object) -> SafeString:
    """What modules above have registered for this place (core.ui.slots)."""
    return slots.render(place, context["request"], obj)


@register.simple_tag(takes_context=True)
def toasts(context: Context) -> SafeString:
    """The messages that wait for this visitor. A page that is kept has a gap for them."""
    request = context["request"]
    return gap("messages") if is_keeping(request) else _rendered(kept.toasts(request))


@register.simple_tag(takes_context=True)
def account_menu(context: Context) -> SafeString:
    """The menu of the account. A page that is kept has a gap for it."""
    request = context["request"]
    return gap("account") if is_keeping(request) else _rendered(kept.account_menu(request))


@register.simple_tag(takes_context=True)
def rail(context: Context) -> SafeString:
    """The sections and the items of the current one."""
    return _rendered(kept.rail(context["request"]))


@register.simple_tag(takes_context=True)
def page_title(context: Context) -> str:
    """The block ``title`` of the page once more, as plain text: for the edge of printed pages."""
    return unescape(BlockNode("title", NodeList()).render(context)).strip()


@register.filter
def css_string(text: str) -> SafeString:
    """Text as a string of CSS, quotes included; whatever is no letter and no digit is escaped."""
    signs = (sign if sign.isalnum() else f"\\{ord(sign):x} " for sign in str(text))
    return mark_safe(f'"{"".join(signs)}"')  # noqa: S308 - nothing that ends the string or the style is left


@register.filter
def message_tone(tags: str) -> str:
    """Tone of a Django message from its tags."""
    return next((tone for level, tone in MESSAGE_TONES.items() if level in tags.split()), "info")


@register.filter
def message_icon(tone: str) -> str:
    """Icon of a toast."""
    return ALERT_ICONS[tone]


@register.filter
def number(value: numbers.Number, places: int = 0) -> str:
    """A number for people: rounded half up, at most so many decimals, digits in groups."""
    return numbers.number(value, places, trim=True)


@register.filter
def percent(share: numbers.Number, places: int = 1) -> str:
    """A share 0 … 1 as per cent, at most so many decimals."""
    return numbers.percent(share, places, trim=True)


@register.filter
def period(days: int) -> str:
    """A span of days in words; as years where it is whole years of 365 days."""
    years, rest = divmod(days, DAYS_OF_A_YEAR)
    if years and not rest:
        return ngettext("%(count)d year", "%(count)d years", years) % {"count": years}
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}


@register.filter
def language_name(code: str) -> str:
    """Name of a language in itself."""
    return str(get_language_info(code)["name_local"]).capitalize()
