"""What the address of the exits forecast says, and the form of an age table."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from staffelstab.core.ui.forms import DateInput
from staffelstab.foresight.domain.exits import Scenario
from staffelstab.foresight.domain.forecast import LONGEST, AgeStructure
from staffelstab.foresight.formats.age_table import LARGEST_FILE, AgeTableRefused, read_age_table
from staffelstab.foresight.selectors.age_table import sentence
from staffelstab.foresight.selectors.forecast import until_years

DEFAULT_YEARS: Final = 10
_BINARY: Final = re.compile(r"[\x00-\x08\x0e-\x1f]")


class ForecastForm(forms.Form):
    """Parameters of the forecast. None is required; one that cannot be read counts as not given."""

    einheit = forms.UUIDField(required=False)
    bis = forms.IntegerField(required=False)
    szenario = forms.ChoiceField(required=False, choices=[(each.value, each.value) for each in Scenario])
    fluktuation = forms.BooleanField(required=False)


def forecast_query(parameters: QueryDict, *, as_of: dt.date) -> dict[str, Any]:
    """`unit_id` or None, `until`, `scenario`, `with_turnover`."""
    form = ForecastForm(parameters)
    form.is_valid()
    given: dict[str, Any] = form.cleaned_data
    until, years = given.get("bis"), until_years(as_of)
    return {
        "unit_id": given.get("einheit"),
        "until": until if until in years else min(as_of.year + DEFAULT_YEARS, years[-1]),
        "scenario": Scenario(given.get("szenario") or Scenario.REGULAR),
        "with_turnover": bool(given.get("fluktuation")),
    }


class AgeTableForm(forms.Form):
    """An age table as a file or typed in, the day of its counts, and the outlook. Nothing of it is stored."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_("CSV with the columns Alter and Anzahl. You can also drop it here."),
        widget=forms.FileInput(attrs={"accept": ".csv,.txt"}),
        max_length=200,
    )
    table = forms.CharField(
        label=_("Table"),
        required=False,
        strip=False,
        max_length=1024 * 1024,
        widget=forms.Textarea(
            attrs={"rows": 9, "spellcheck": "false", "placeholder": "Alter;Anzahl\nunter 25;61\n25-34;188"}
        ),
        help_text=_(
            "Instead of a file: one band per row, such as 25-34;188. The content of a file stands here afterwards, so "
            "that you can correct it."
        ),
    )
    date = forms.DateField(
        label=_("Counted on"), widget=DateInput(), help_text=_("Ages count from this day.")
    )
    until = forms.IntegerField(label=_("Outlook until the end of"), min_value=1900, max_value=9999)
    turnover = forms.DecimalField(
        label=_("Other turnover in per cent a year"),
        min_value=0,
        max_value=100,
        decimal_places=2,
        max_digits=5,
        localize=True,
        required=False,
        help_text=_("Share of those present who leave each year for other reasons. Empty: none."),
    )

    structure: AgeStructure

    @classmethod
    def of_request(cls, post: QueryDict, files: MultiValueDict[str, UploadedFile]) -> AgeTableForm:
        """The form with the content of the file as its text, so that it can be corrected when it is refused."""
        data, file = post.copy(), files.get("file")
        if file is not None and (text := _text(file)):
            data["table"] = text
        return cls(data, files)

    def clean(self) -> dict[str, Any]:
        """Read the table. Each problem is an error of its own at the field where the table came from."""
        given: dict[str, Any] = super().clean() or self.cleaned_data
        file: UploadedFile | None = given.get("file")
        source = "file" if file is not None else "table"
        if self.errors.keys() & {"file", "table", "date"}:
            return given
        content = _bytes(file) if file is not None else given.get("table", "").encode()
        if not content.strip():
            self.add_error("table", _("Please choose a file or type the table."))
            return given
        try:
            self.structure = read_age_table(content, date=given["date"])
        except AgeTableRefused as refused:
            for problem in refused.problems:
                self.add_error(source, sentence(problem))
        if "until" in given and not 0 <= given["until"] - given["date"].year <= LONGEST:
            self.add_error("until", _("Not before the year of the counts, and at most 100 years after it."))
        return given

    @property
    def share(self) -> float:
        """The turnover as a share 0 … 1."""
        return float(self.cleaned_data["turnover"] or 0) / 100


def _bytes(file: UploadedFile) -> bytes:
    file.seek(0)
    # one byte more than is taken says that it is too large
    content: bytes = file.read(LARGEST_FILE + 1)
    return content


def _text(file: UploadedFile) -> str:
    """The content for the text field; nothing for what is no text."""
    content = _bytes(file)
    for encoding in ("utf-16",) if content[:2] in {b"\xff\xfe", b"\xfe\xff"} else ("utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "" if _BINARY.search(text) or len(content) > LARGEST_FILE else text
    return ""
