"""Forms of imports."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext_lazy as _

SUFFIXES = ("xlsx", "ods", "zip", "csv")


class UploadForm(forms.Form):
    """One file. Its content decides, not its name; the name only saves a detour."""

    file = forms.FileField(
        label=_("Workbook"),
        help_text=_("XLSX, ODS, CSV, or a zip of CSV files. You can also drop it here."),
        validators=[
            FileExtensionValidator(
                SUFFIXES, _("Please choose an XLSX, ODS or CSV file, or a zip of CSV files.")
            )
        ],
        widget=forms.FileInput(attrs={"accept": ",".join(f".{suffix}" for suffix in SUFFIXES)}),
        error_messages={"empty": _("The file is empty. Please choose the filled-in workbook.")},
        max_length=200,
    )

    def clean_file(self) -> UploadedFile:
        """Refuse what the installation does not take, before it is stored."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > settings.IMPORT_LARGEST_FILE:
            limit = settings.IMPORT_LARGEST_FILE // (1024 * 1024)
            raise forms.ValidationError(_("The file is larger than %(limit)s MB."), params={"limit": limit})
        return file


class ApplyForm(forms.Form):
    """Whether the file is complete."""

    KEEP, END = "keep", "end"
    missing = forms.ChoiceField(
        label=_("What is in the register but not in the file"),
        choices=(
            (KEEP, _("stays as it is (the file is a part)")),
            (END, _("ends today (the file is complete)")),
        ),
        initial=KEEP,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, can_end: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.can_end = can_end

    @property
    def end_missing(self) -> bool:
        return bool(self.cleaned_data["missing"] == self.END)
