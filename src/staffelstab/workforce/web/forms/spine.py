"""What all forms of the spine share: nothing typed is lost, refusals stand at their field, old forms are noticed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from staffelstab.core.errors import DomainError, NotFound, Stale
from staffelstab.core.ui.forms import Combobox, DateInput
from staffelstab.workforce.services.errors import DayOutOfBounds
from staffelstab.workforce.services.plausible import check_days


class PickField(forms.CharField):
    """Text with suggestions that stands for a row: ``find`` turns what was typed into the row, or ``None``."""

    def __init__(
        self,
        *,
        find: Callable[[str], Any],
        search_url: str | Promise,
        missing: str | Promise,
        **kwargs: Any,
    ) -> None:
        super().__init__(widget=Combobox(search_url=search_url), max_length=300, **kwargs)  # type: ignore[arg-type]
        self.find = find
        self.missing = missing

    def clean(self, value: Any) -> Any:
        """The row. Raises ValidationError when nothing fits."""
        text = super().clean(value)
        if not text:
            return None
        found = self.find(text)
        if found is None:
            raise ValidationError(str(self.missing), code="missing")
        return found


class DayField(forms.DateField):
    """A day somebody can mean (``domain.days``): a mistyped year is noticed at the field it was typed into."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"widget": DateInput(), **kwargs})

    def clean(self, value: Any) -> dt.date | None:
        """The day. Raises ValidationError for one that lies too far away."""
        day: dt.date | None = super().clean(value)
        try:
            check_days(day, now=timezone.now())
        except DayOutOfBounds as error:
            raise ValidationError(error.message, code="out_of_bounds") from error
        return day


class SpineForm(forms.Form):
    """A form for one command. ``error_fields`` says at which field a refusal of the command stands."""

    use_required_attribute = False
    error_fields: ClassVar[Mapping[type[DomainError], str]] = {}

    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_seen(self) -> dt.datetime | None:
        """When the entry had last changed as the form was opened; None where the form is about no entry yet.

        Raises ValidationError for anything that is no time, and for nothing where the form carried it: else leaving it
        out would overwrite what somebody else has changed.
        """
        text = self.cleaned_data["seen"]
        if not text and not self.initial.get("seen"):
            return None
        try:
            return dt.datetime.fromisoformat(text)
        except ValueError as error:
            raise ValidationError(_("Please reload the page: the form is incomplete.")) from error

    def submit[Result](self, command: Callable[[], Result]) -> Result | None:
        """Run the command; ``None`` when it refused, and then the form says why.

        After somebody else's change the form carries the new state: saving again is a decision.
        """
        try:
            return command()
        except NotFound:
            raise
        except Stale as error:
            changed_at = error.data.get("changed_at")
            data: Any = self.data
            data = data.copy()
            data[self.add_prefix("seen")] = (
                changed_at.isoformat() if isinstance(changed_at, dt.datetime) else ""
            )
            self.data = data
            self.add_error(None, error.message)
        except DomainError as error:
            self.add_error(self.error_fields.get(type(error)), error.message)
        return None


class ConfirmForm(SpineForm):
    """Nothing but a yes."""
