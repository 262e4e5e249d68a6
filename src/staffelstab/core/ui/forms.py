"""Form rendering: KERN markup for every Django form, set as ``FORM_RENDERER``.

A form is drawn with ``{{ form }}`` (all fields) or ``{{ form.title.as_field_group }}`` (one field): label above,
help below it, then the input, then the error; ``{% form_errors form %}`` puts the summary on top.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import django.forms
from django import forms
from django.forms.boundfield import BoundField
from django.forms.renderers import DjangoTemplates
from django.template.backends.django import DjangoTemplates as Backend
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

OVERRIDES = Path(__file__).resolve().parent.parent / "templates/core/ui/form"
BUILT_IN = Path(django.forms.__file__).resolve().parent / "templates"


class Combobox(forms.TextInput):
    """Text input with suggestions: a `<datalist>` that also works without scripts.

    `options` are the suggestions known in advance. With `search_url` the list is asked from the server while
    typing (GET ``?q=``, answered with `<option>` elements).
    """

    template_name = "core/ui/form/combobox.html"

    def __init__(
        self, *, options: tuple[str, ...] = (), search_url: str = "", attrs: dict[str, Any] | None = None
    ) -> None:
        super().__init__(attrs)
        self.options = options
        self.search_url = search_url

    def get_context(self, name: str, value: object, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        list_id = f"{context['widget']['attrs'].get('id', name)}_options"
        context["widget"]["attrs"] |= {"list": list_id, "autocomplete": "off"}
        return context | {"list_id": list_id, "options": self.options, "search_url": self.search_url}


class DateInput(forms.DateInput):
    """Native date picker; the value travels in ISO form, the browser shows it in the reader's form."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class TextNeededSometimes(forms.CharField):
    """A text that only some entries need: the help says which ones, so the label does not say *optional*."""

    needed_sometimes = True

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)


class SeenForm(forms.Form):
    """A form that knows what it has shown (``core.editions``), so that an old one is noticed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def shows(self, edition: str, saved: Mapping[str, Any]) -> None:
        """After somebody else's change: say at each field what is saved by now. Saving again is a decision."""
        for name, value in saved.items():
            field, typed = self.fields[name], self[name].data
            if field.has_changed(value, typed):
                self.says_saved(name, _words(field, value))
        data: Any = self.data
        data = data.copy()
        data[self.add_prefix("seen")] = edition
        self.data = data

    def says_saved(self, name: str, words: str) -> None:
        """Put what is saved by now at a field."""
        self.add_error(name, _("Saved by now: %(value)s") % {"value": words})


def _words(field: forms.Field, value: Any) -> str:
    """A saved value as people read it."""
    if not isinstance(field, forms.ChoiceField):
        return str(field.widget.format_value(value) or "–")
    choices: Any = field.choices
    named, chosen = dict(choices), value if isinstance(value, list) else [value]
    return ", ".join(str(named.get(one, one)) for one in chosen) or "–"


def kern_class(widget: forms.Widget, *, invalid: bool) -> str:
    """KERN class of an input element."""
    if isinstance(widget, forms.CheckboxInput | forms.CheckboxSelectMultiple):
        name = "kern-form-check__checkbox"
    elif isinstance(widget, forms.RadioSelect):
        name = "kern-form-check__radio"
    elif isinstance(widget, forms.Select):
        name = "kern-form-input__select"
    else:
        name = "kern-form-input__input"
    return f"{name} {name}--error" if invalid else name


class KernBoundField(BoundField):
    """Bound field that knows the shape of its widget and gives it KERN's classes."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        attrs = super().build_widget_attrs(attrs, widget)
        if not widget.is_hidden:
            own = attrs.get("class") or widget.attrs.get("class", "")
            attrs["class"] = f"{kern_class(widget, invalid=bool(self.errors))} {own}".strip()
        return attrs

    @property
    def problems(self) -> list[str]:
        """The errors of the field in words. An empty field is named; Django would say *this field is required*."""
        default = str(forms.Field.default_error_messages["required"])
        if str(self.field.error_messages["required"]) != default:
            return [str(text) for text in self.errors]
        named = self._missing % {"label": self.label}
        return [named if str(text) == default else str(text) for text in self.errors]

    @property
    def _missing(self) -> str:
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return _("Please confirm: “%(label)s”.")
        if isinstance(widget, forms.widgets.ChoiceWidget | forms.FileInput):
            return _("Please choose something for “%(label)s”.")
        return _("Please fill in “%(label)s”.")

    @property
    def shape(self) -> str:
        """How the field is laid out: ``check`` (box before label), ``group`` (fieldset) or ``input``."""
        if isinstance(self.field.widget, forms.CheckboxInput):
            return "check"
        return "group" if self.use_fieldset else "input"

    @property
    def is_optional(self) -> bool:
        """Whether the label says that the field may stay empty."""
        return not self.field.required and not getattr(self.field, "needed_sometimes", False)

    @property
    def is_select(self) -> bool:
        widget = self.field.widget
        return isinstance(widget, forms.Select) and not isinstance(widget, forms.RadioSelect)

    @property
    def is_multiple_select(self) -> bool:
        return isinstance(self.field.widget, forms.SelectMultiple)


class FormRenderer(DjangoTemplates):
    """Django's renderer with our field layout and our templates before the built-in ones."""

    form_template_name = "core/ui/form/form.html"
    formset_template_name = "core/ui/form/formset.html"
    field_template_name = "core/ui/form/field.html"
    bound_field_class = KernBoundField

    @cached_property
    def engine(self) -> Backend:
        return Backend(
            {
                "APP_DIRS": True,
                "DIRS": [OVERRIDES, BUILT_IN],
                "NAME": "kernforms",
                "OPTIONS": {"builtins": ["staffelstab.core.templatetags.ui"]},
            }
        )
