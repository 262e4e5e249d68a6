"""Uploading a catalogue of services."""

from __future__ import annotations

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.validators import FileExtensionValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from staffelstab.vocabulary.enums import Visibility
from staffelstab.vocabulary.formats.refusals import FILE_BYTES, MEGABYTE, FileRefused
from staffelstab.vocabulary.services.catalogue import SOURCE_LENGTH
from staffelstab.vocabulary.web.forms.service import VISIBILITIES


class UploadForm(forms.Form):
    """The file, where it comes from and who may see what is new in it."""

    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "CSV with the columns Schlüssel, Bezeichnung and Begriffe, or the JSON export; up to 20 MB."
        ),
        validators=[FileExtensionValidator(["csv", "txt", "json"])],
        max_length=200,
    )
    source = forms.CharField(
        label=_("Name of the catalogue"),
        help_text=_("For example “LeiKa Bavaria”. Empty: the name of the file. Use the same name next time."),
        required=False,
        max_length=SOURCE_LENGTH,
    )
    visibility = forms.ChoiceField(
        label=_("New services are visible to"),
        choices=VISIBILITIES,
        initial=Visibility.HOUSE,
        widget=forms.RadioSelect,
    )
    end_missing = forms.BooleanField(
        label=_("End services of this catalogue that the file does not contain"), required=False
    )

    use_required_attribute = False

    def clean_file(self) -> UploadedFile:
        """Refuse what is too large before it is read into memory."""
        file: UploadedFile = self.cleaned_data["file"]
        if (file.size or 0) > FILE_BYTES:
            refusal = FileRefused("too_large", limit=FILE_BYTES // MEGABYTE)
            raise forms.ValidationError(refusal.sentence(gettext))
        return file
