"""Form rendering: label, help, error and the way from the summary to the field."""

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.http import HttpResponse
from django.template.loader import render_to_string

from staffelstab.core.templatetags.ui import form_errors
from staffelstab.core.ui.forms import Combobox, DateInput
from tests.strict_client import check_page


class ReleaseForm(forms.Form):
    """A field of each layout."""

    title = forms.CharField(label="Title", help_text="A noun.")
    unit = forms.CharField(
        label="Unit", required=False, widget=Combobox(options=("A & B",), search_url="/units/")
    )
    due = forms.DateField(label="Due", required=False, widget=DateInput())
    level = forms.ChoiceField(label="Level", choices=[("1", "one"), ("2", "two")])
    kind = forms.ChoiceField(label="Kind", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    ready = forms.BooleanField(label="Ready", required=False)


def _page(form: forms.Form) -> BeautifulSoup:
    summary = render_to_string("core/ui/form/errors.html", form_errors(form))
    return BeautifulSoup(summary + str(form), "html.parser")


def test_every_input_has_a_label_and_kern_classes() -> None:
    page = _page(ReleaseForm())
    labels = {label["for"] for label in page.find_all("label")}
    inputs = page.find_all(["input", "select", "textarea"])
    assert [field["id"] for field in inputs if field["id"] not in labels] == []
    assert [field["class"][0] for field in inputs] == [
        "kern-form-input__input",
        "kern-form-input__input",
        "kern-form-input__input",
        "kern-form-input__select",
        "kern-form-check__radio",
        "kern-form-check__radio",
        "kern-form-check__checkbox",
    ]


def test_combobox_offers_its_options_and_asks_the_server() -> None:
    page = _page(ReleaseForm())
    options = page.find("datalist", id=page.find("input", {"name": "unit"})["list"])
    assert [option["value"] for option in options.find_all("option")] == ["A & B"]
    assert options["hx-get"] == "/units/"


def test_error_summary_links_to_fields_that_exist() -> None:
    page = _page(ReleaseForm({"level": "9"}))
    links = [link["href"] for link in page.select("[data-error-summary] a")]
    assert links == ["#id_title", "#id_level", "#id_kind_group"]
    assert [link for link in links if page.find(id=link[1:]) is None] == []


def test_field_with_error_names_its_error_and_help() -> None:
    page = _page(ReleaseForm({"level": "1", "kind": "a"}))
    field = page.find("input", {"name": "title"})
    assert (field["aria-invalid"], field["aria-describedby"]) == ("true", "id_title_helptext id_title_error")
    assert [part for part in field["aria-describedby"].split() if page.find(id=part) is None] == []


def test_form_without_errors_has_no_summary() -> None:
    assert (
        _page(ReleaseForm({"title": "x", "level": "1", "kind": "a"})).find(attrs={"data-error-summary": True})
        is None
    )


class EmptyForm(forms.Form):
    """One field of each way to be filled in, and one with a sentence of its own."""

    title = forms.CharField(label="Titel")
    level = forms.ChoiceField(label="Stufe", choices=[("1", "eins")])
    file = forms.FileField(label="Datei")
    sure = forms.BooleanField(label="Ich habe es gelesen")
    code = forms.CharField(label="Code", error_messages={"required": "Bitte geben Sie den Code ein."})


def test_what_is_empty_is_named_with_what_to_do() -> None:
    page = _page(EmptyForm({}))
    assert [error.get_text() for error in page.select(".kern-error p")] == [
        "Bitte füllen Sie „Titel“ aus.",
        "Bitte wählen Sie bei „Stufe“ etwas aus.",
        "Bitte wählen Sie bei „Datei“ etwas aus.",
        "Bitte bestätigen Sie: „Ich habe es gelesen“.",
        "Bitte geben Sie den Code ein.",
    ]
    assert page.select("[data-error-summary] a")[0].get_text() == "Titel: Bitte füllen Sie „Titel“ aus."


def test_a_form_that_leaves_its_errors_to_the_browser_is_noticed() -> None:
    page = '<form method="post">{}</form>'
    check_page(HttpResponse(page.replace('"post"', '"post" novalidate')), fragment=True)
    with pytest.raises(AssertionError, match="novalidate"):
        check_page(HttpResponse(page), fragment=True)
