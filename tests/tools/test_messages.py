from pathlib import Path

import polib
import pytest

from tools.catalogues import compile_catalogues
from tools.messages import lint, new_catalogue, placeholders, update
from tools.sources import collect


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def translate(package: Path, module: str, **texts: str) -> None:
    catalogue = new_catalogue("de")
    catalogue.extend(polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in texts.items())
    write(package / "locale" / "de" / f"{module}.po", str(catalogue))


def described(package: Path) -> list[str]:
    return [finding.text for finding in lint(package)]


def test_collect_finds_texts_in_python_under_any_name(tmp_path: Path) -> None:
    write(
        tmp_path / "workforce" / "enums.py",
        "from django.utils import translation\n"
        "from django.utils.translation import gettext_lazy as _, ngettext, pgettext\n"
        "a = _('Task')\n"
        "b = ngettext('%(n)s task', '%(n)s tasks', 2)\n"
        "c = pgettext('month', 'May')\n"
        "d = translation.gettext('Unit')\n",
    )
    messages, findings = collect(tmp_path)
    assert findings == []
    assert [(m.msgid, m.plural, m.context, m.place) for m in messages] == [
        ("Task", None, None, "workforce/enums.py:3"),
        ("%(n)s task", "%(n)s tasks", None, "workforce/enums.py:4"),
        ("May", None, "month", "workforce/enums.py:5"),
        ("Unit", None, None, "workforce/enums.py:6"),
    ]


def test_collect_finds_texts_that_pure_modules_mark(tmp_path: Path) -> None:
    write(tmp_path / "workforce" / "domain" / "texts.py", "a = N_('Task')\n")
    messages, findings = collect(tmp_path)
    assert (findings, [message.msgid for message in messages]) == ([], ["Task"])


def test_collect_finds_texts_in_templates(tmp_path: Path) -> None:
    write(
        tmp_path / "portal" / "templates" / "portal" / "start.html",
        '{% translate "Start" %}{% translate "May" context "month" %}\n'
        "{% blocktranslate trimmed with n=x %}\n  {{ n }} of\n  100%\n{% endblocktranslate %}\n"
        "{% blocktranslate count n=x %}one task{% plural %}{{ n }} tasks{% endblocktranslate %}\n"
        '{% ui_button label=_("Save") %}{% comment %}{% translate "Old" %}{% endcomment %}\n',
    )
    messages, findings = collect(tmp_path)
    assert findings == []
    assert [(m.msgid, m.plural, m.context) for m in messages] == [
        ("Start", None, None),
        ("May", None, "month"),
        ("%(n)s of 100%%", None, None),
        ("one task", "%(n)s tasks", None),
        ("Save", None, None),
    ]


def test_lint_accepts_a_complete_translation(tmp_path: Path) -> None:
    write(tmp_path / "core" / "a.py", "from django.utils.translation import gettext as _\n_('Task')\n")
    translate(tmp_path, "core", Task="Aufgabe")
    assert described(tmp_path) == []


@pytest.mark.parametrize(
    ("source", "texts", "finding"),
    [
        ("_('Task')", {}, "no de translation: 'Task'"),
        ("_('Task')", {"Task": ""}, "empty translation: 'Task'"),
        ("_('Task')", {"Task": "Aufgabe", "Old": "Alt"}, "not used anywhere: 'Old'"),
        ("_('%(n)s of')", {"%(n)s of": "von"}, "placeholders differ: '%(n)s of' → 'von'"),
        ("_('{a}')", {"{a}": "{b}"}, "placeholders differ: '{a}' → '{b}'"),
    ],
)
def test_lint_names_what_is_wrong(tmp_path: Path, source: str, texts: dict[str, str], finding: str) -> None:
    write(tmp_path / "core" / "a.py", f"from django.utils.translation import gettext as _\n{source}\n")
    translate(tmp_path, "core", **texts)
    assert described(tmp_path) == [finding]


def test_lint_refuses_texts_that_cannot_be_collected(tmp_path: Path) -> None:
    write(tmp_path / "core" / "a.py", "from django.utils.translation import gettext as _\n_(f'{1} task')\n")
    write(tmp_path / "core" / "templates" / "a.html", "{% blocktranslate %}a\nb{% endblocktranslate %}")
    assert described(tmp_path) == [
        "the text to translate must be one literal string (no f-string, no variable)",
        "blocktranslate over several lines must be `trimmed`",
    ]


def test_lint_refuses_two_translations_of_one_text(tmp_path: Path) -> None:
    write(tmp_path / "core" / "a.py", "from django.utils.translation import gettext as _\n_('Task')\n")
    translate(tmp_path, "core", Task="Aufgabe")
    translate(tmp_path, "portal", Task="Auftrag")
    assert described(tmp_path) == ["translated differently in another catalogue: 'Task'"]


def test_update_adds_only_unknown_texts_to_the_catalogue_of_their_module(tmp_path: Path) -> None:
    header = "from django.utils.translation import gettext as _\n"
    write(tmp_path / "core" / "a.py", f"{header}_('Task')\n")
    write(tmp_path / "portal" / "a.py", f"{header}_('Task')\n_('Start')\n")
    translate(tmp_path, "core", Task="Aufgabe")

    assert update(tmp_path) == [tmp_path / "locale" / "de" / "portal.po"]
    entries = [(entry.msgid, entry.msgstr) for entry in polib.pofile(str(tmp_path / "locale/de/portal.po"))]
    assert entries == [("Start", "")]
    assert update(tmp_path) == []


def test_compile_merges_the_catalogues_of_a_language_and_repeats_only_when_needed(tmp_path: Path) -> None:
    translate(tmp_path, "core", Task="Aufgabe")
    translate(tmp_path, "portal", Start="Start")

    [target] = compile_catalogues(tmp_path / "locale")
    assert {entry.msgid: entry.msgstr for entry in polib.mofile(str(target))} == {
        "Task": "Aufgabe",
        "Start": "Start",
    }

    written = target.stat().st_mtime_ns
    compile_catalogues(tmp_path / "locale")
    assert target.stat().st_mtime_ns == written


def test_placeholders_ignores_percent_signs_of_the_text() -> None:
    assert placeholders("%(n)s of 100 %% in {place}, %d") == {"%(n)s", "{place}", "%d"}
