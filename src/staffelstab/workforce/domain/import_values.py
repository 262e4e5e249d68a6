"""What one cell of the import means: text in, value out, or a refusal with a code.

Every parser takes the text of a non-empty, trimmed cell. Readers turn spreadsheet cells into text before
(dates into ``2027-03-01`` as :class:`DateText`, whole numbers without ``.0``, booleans into ``WAHR``/``FALSCH``),
so that CSV and workbooks share one set of rules.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from staffelstab.workforce.domain.days import FIRST_YEAR
from staffelstab.workforce.enums import ExitBand, ResponsibilityKind

type Parser = Callable[[str], object]
type Exit = tuple[int | None, str]
"""(quarter as 4 × year + quarter − 1, or None; band such as ``"within_1"``, or ``""``): one of the two."""

LAST_YEAR: Final = 2150
FIRST_EXIT_YEAR: Final = 2000

BAND_LABELS: Final[Mapping[str, str]] = {
    ExitBand.WITHIN_1.value: "bis 1 Jahr",
    ExitBand.FROM_1_TO_2.value: "1-2 Jahre",
    ExitBand.FROM_2_TO_3.value: "2-3 Jahre",
    ExitBand.FROM_3_TO_5.value: "3-5 Jahre",
    ExitBand.OVER_5.value: "über 5 Jahre",
    ExitBand.UNKNOWN.value: "unbekannt",
}
"""The six bands as the format writes them."""

KIND_LABELS: Final[Mapping[str, str]] = {
    ResponsibilityKind.RESPONSIBLE.value: "zuständig",
    ResponsibilityKind.DEPUTY.value: "Vertretung",
    ResponsibilityKind.CAN_HELP.value: "kann helfen",
}
"""The kinds of responsibility as the format writes them."""

YES: Final = "ja"
NO: Final = "nein"


class DateText(str):
    """The ISO text of a cell that the spreadsheet holds as a date, not as text."""

    __slots__ = ()


class ValueRefused(ValueError):
    """A cell that means nothing here; ``code`` is a key of ``PROBLEMS``, ``data`` fills its placeholders."""

    def __init__(self, code: str, **data: object) -> None:
        self.code = code
        self.data = data
        super().__init__(code)


def fold(text: str) -> str:
    """The text for comparing: no case, no blanks or punctuation, umlauts as ae, oe, ue, ss."""
    folded = unicodedata.normalize("NFC", text).casefold()
    for umlaut, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue")):
        folded = folded.replace(umlaut, letters)
    plain = unicodedata.normalize("NFKD", folded)
    return "".join(character for character in plain if character.isalnum())


# --- text ---------------------------------------------------------------------------------------------------

_SPREADSHEET_ERRORS: Final = frozenset(
    {
        "#REF!",
        "#VALUE!",
        "#NAME?",
        "#N/A",
        "#N/A!",
        "#NV",
        "#NULL!",
        "#NUM!",
        "#DIV/0!",
        "#SPILL!",
        "#CALC!",
        "#FIELD!",
        "#BLOCKED!",
        "#CONNECT!",
        "#UNKNOWN!",
        "#GETTING_DATA",
        "#BEZUG!",
        "#WERT!",
        "#ZAHL!",
        "#ÜBERLAUF!",
        "#FELD!",
        "#KALK!",
        "#BUSY!",
        "#PYTHON!",
    }
)
_LIBREOFFICE_ERROR: Final = re.compile(r"Err:\d{3}|#ERR\d{3}!?")
_ESCAPED_FORMULA: Final = re.compile(r"'+[=+\-@]")
_FORMULA_STARTS: Final = frozenset("=+-@")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?", re.ASCII)
_INVISIBLE: Final = dict.fromkeys(
    map(ord, "\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
)
"""Soft hyphen, zero-width blanks and direction marks: pasted along, never meant. Joiners stay: they carry meaning."""


def refuse_spreadsheet_error(text: str) -> None:
    """Raise for ``#REF!`` and its relatives, in English and German spelling."""
    if text[:1] in {"#", "E"} and (text.upper() in _SPREADSHEET_ERRORS or _LIBREOFFICE_ERROR.fullmatch(text)):
        raise ValueRefused("value.spreadsheet_error")


def clean(raw: str, *, lines: bool = False) -> str:
    """Trim, compose (NFC) and check a text; with ``lines`` line breaks stay, else they become blanks."""
    text = unicodedata.normalize("NFC", raw.translate(_INVISIBLE))
    if not text.isprintable():
        for character in text:
            if character not in {"\t", "\n", "\r"} and unicodedata.category(character) in {"Cc", "Cs"}:
                raise ValueRefused("value.control_character", character=f"U+{ord(character):04X}")
    if "\ufffd" in text:
        raise ValueRefused("value.broken_characters")
    if lines:
        text = "\n".join(" ".join(line.split()) for line in re.split(r"\r\n|\r|\n", text)).strip()
    else:
        text = " ".join(text.split())
    refuse_spreadsheet_error(text)
    # Exports put an apostrophe before texts that a spreadsheet would run as a formula; take one off again.
    return text[1:] if _ESCAPED_FORMULA.match(text) else text


_WHOLE_FLOAT: Final = re.compile(r"(\d{3,})\.0+")
_SCIENTIFIC: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,3}")


def parse_key(text: str) -> str:
    """A key (unit, position, person, task): ``4711.0`` from a spreadsheet is 4711, a date is refused."""
    if isinstance(text, DateText):
        raise ValueRefused("key.date")
    if match := _WHOLE_FLOAT.fullmatch(text):
        return match[1]
    if _SCIENTIFIC.fullmatch(text) and "+" in text:
        raise ValueRefused("key.rounded")
    return text


_EMAIL: Final = re.compile(
    r"([A-Za-z0-9!#$%&'*+/=?^_`{|}~äöüÄÖÜß-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~äöüÄÖÜß-]+)*)"
    r"@((?:[A-Za-z0-9äöüÄÖÜß](?:[A-Za-z0-9äöüÄÖÜß-]{0,61}[A-Za-z0-9äöüÄÖÜß])?\.)+[A-Za-z]{2,63})"
)


def parse_email(text: str) -> str:
    """An address; ``mailto:`` from a hyperlink cell is dropped, the domain is written in lower case."""
    address = text.removeprefix("mailto:")
    match = _EMAIL.fullmatch(address) if len(address) <= 254 else None
    if match is None:
        raise ValueRefused("email.invalid")
    return f"{match[1]}@{match[2].lower()}"


# --- yes and no, numbers ------------------------------------------------------------------------------------

_YES_NO: Final[Mapping[str, bool]] = {
    **dict.fromkeys(("ja", "j", "x", "wahr", "true", "1", "y", "yes", "✓", "✔"), True),
    **dict.fromkeys(("nein", "n", "falsch", "false", "0", "no", "-", "–"), False),
}


def parse_yes_no(text: str) -> bool:
    try:
        return _YES_NO[text.lower()]
    except KeyError:
        raise ValueRefused("yes_no.invalid") from None


_SHARE: Final = re.compile(r"(\d{1,4}(?:[.,]\d{1,20})?|[.,]\d{1,20})\s*(%)?")
_LEAST_WHOLE_PERCENT: Final = 5
"""A bare whole number from here to 100 is read as percent; 2, 3, 4 are more likely mistakes."""


def parse_share(text: str) -> Decimal:
    """Share of a full position, 0 < share ≤ 1, three decimals: ``0,5``, ``0.5``, ``50 %`` and ``50`` are a half."""
    match = _SHARE.fullmatch(text)
    if match is None:
        raise ValueRefused("share.invalid")
    number = Decimal(match[1].replace(",", "."))
    if match[2] or (number == number.to_integral_value() and number >= _LEAST_WHOLE_PERCENT):
        number /= 100
    share = number.quantize(Decimal("0.001"))
    if not 0 < share <= 1:
        raise ValueRefused("share.range")
    return share


_SCALE: Final = re.compile(r"([1-5])(?:[.,]0)?(?:\s*[–:(-]\s*[^\d\s].*)?", re.ASCII)


def parse_scale(text: str) -> int:
    """A step from 1 to 5; a word after the number (``3 – spürbar``) is allowed, as drop-downs write it."""
    if match := _SCALE.fullmatch(text):
        return int(match[1])
    raise ValueRefused("scale.invalid")


_MINIMUM: Final = re.compile(r"0*([1-9]\d{0,2})(?:[.,]0)?", re.ASCII)


def parse_minimum(text: str) -> int:
    """A number of people from 1 to 999."""
    if match := _MINIMUM.fullmatch(text):
        return int(match[1])
    raise ValueRefused("minimum.invalid")


_SERVICE_KEY: Final = re.compile(r"99\d{12}", re.ASCII)
_SERVICE_KEY_FLOAT: Final = re.compile(r"9[.,]9\d*[eE]\+?13", re.ASCII)
_EXACT_DIGITS: Final = 11
"""Fewer digits than this mean that a spreadsheet has rounded: only the last three digits are usually 000."""


def parse_service_key(text: str) -> str:
    """A LeiKa key, 14 digits beginning with 99; a float such as 9.9107023017E13 counts when nothing was rounded."""
    digits = re.sub(r"[\s.\-/]", "", text.removesuffix(".0"))
    if _SERVICE_KEY.fullmatch(digits):
        return digits
    if _SERVICE_KEY_FLOAT.fullmatch(text):
        mantissa = re.sub(r"[.,]", "", re.split("[eE]", text)[0])
        if len(mantissa) < _EXACT_DIGITS:
            raise ValueRefused("key.rounded")
        if len(mantissa) <= 14:
            return mantissa.ljust(14, "0")
    raise ValueRefused("service_key.invalid")


# --- dates and exits ----------------------------------------------------------------------------------------

_ISO_DATE: Final = re.compile(r"(\d{1,4})-(\d{1,2})-(\d{1,2})(?:[T ][0-9:.]+)?", re.ASCII)
_GERMAN_DATE: Final = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{1,4})(?: [0-9:]+)?", re.ASCII)


def parse_date(text: str) -> date:
    """A day as ``2027-03-01`` or ``01.03.2027``; two-digit years are refused as ambiguous."""
    if match := _ISO_DATE.fullmatch(text):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _GERMAN_DATE.fullmatch(text):
        year, month, day = int(match[3]), int(match[2]), int(match[1])
    else:
        raise ValueRefused("date.invalid")
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueRefused("date.range")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueRefused("date.impossible") from None


_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_YEAR_FIRST: Final = re.compile(r"(\d{4})\s*[-–/. ]?\s*q?\s*([1-4]|i{1,3}|iv)(?:\.?\s*quartal)?", re.ASCII)
_QUARTER_FIRST: Final = re.compile(r"q?\s*([1-4]|i{1,3}|iv)\.?\s*(?:quartal)?\s*[-–/. ]?\s*(\d{4})", re.ASCII)


def _quarter(text: str) -> int | None:
    lowered = text.lower()
    if lowered.isdigit():
        return None  # 20283 is a number, not a quarter
    if match := _YEAR_FIRST.fullmatch(lowered):
        year, quarter = match[1], match[2]
    elif match := _QUARTER_FIRST.fullmatch(lowered):
        quarter, year = match[1], match[2]
    else:
        return None
    if not FIRST_EXIT_YEAR <= int(year) <= LAST_YEAR:
        raise ValueRefused("exit_quarter.range")
    return 4 * int(year) + (_ROMAN.get(quarter) or int(quarter)) - 1


_BAND_SPELLINGS: Final = {
    ExitBand.WITHIN_1: (
        *("bis 1 Jahr", "bis 1 Jahre", "bis 1 J", "bis 1", "bis ein Jahr", "unter 1 Jahr", "0-1 Jahr"),
        "0-1 Jahre",
    ),
    ExitBand.FROM_1_TO_2: ("1-2 Jahre", "1-2 J", "1-2", "1 bis 2 Jahre", "1 bis 2", "1 u 2 Jahre"),
    ExitBand.FROM_2_TO_3: ("2-3 Jahre", "2-3 J", "2-3", "2 bis 3 Jahre", "2 bis 3", "2 u 3 Jahre"),
    ExitBand.FROM_3_TO_5: ("3-5 Jahre", "3-5 J", "3-5", "3 bis 5 Jahre", "3 bis 5", "3 u 5 Jahre"),
    ExitBand.OVER_5: (
        *("über 5 Jahre", "uber 5 Jahre", "über 5 J", "über 5", "über fünf Jahre", "mehr als 5 Jahre"),
        "ab 5 Jahre",
    ),
    ExitBand.UNKNOWN: ("unbekannt", "unbekannter Zeitpunkt", "unklar", "offen", "k. A."),
}
_BANDS: Final[Mapping[str, str]] = {
    fold(spelling): band.value for band, spellings in _BAND_SPELLINGS.items() for spelling in spellings
}
_SIGNS: Final[Mapping[str, str]] = {
    ">5 jahre": ExitBand.OVER_5.value,
    ">5": ExitBand.OVER_5.value,
    "<1 jahr": ExitBand.WITHIN_1.value,
    "<1": ExitBand.WITHIN_1.value,
    "≤1 jahr": ExitBand.WITHIN_1.value,
}
ALLOWED_BANDS: Final = ", ".join(BAND_LABELS.values())
ALLOWED_KINDS: Final = ", ".join(KIND_LABELS.values())


def _exit(text: str) -> Exit | None:
    # A band needs its dash: "1-2" folds to "12", which as plain digits is no band.
    lowered = re.sub(r"(?<=[<>≤])\s+", "", text.lower())
    if band := _SIGNS.get(lowered):
        return None, band
    if not text.isdigit() and (band := _BANDS.get(fold(text))):
        return None, band
    if (quarter := _quarter(text)) is not None:
        return quarter, ""
    return None


def _is_date(text: str) -> bool:
    return isinstance(text, DateText) or bool(_ISO_DATE.fullmatch(text) or _GERMAN_DATE.fullmatch(text))


def parse_exit_quarter(text: str) -> Exit:
    """``2028-Q3``, ``Q3/2028``, ``III/2028``, ``3/2028``; a band in this column is taken as the band."""
    if _is_date(text):
        raise ValueRefused("exit_quarter.date")
    if found := _exit(text):
        return found
    raise ValueRefused("exit_quarter.invalid")


def parse_exit_band(text: str) -> Exit:
    """One of the six bands, any dash or case; a quarter in this column is taken as the quarter."""
    if _is_date(text):
        raise ValueRefused("exit_quarter.date")
    if found := _exit(text):
        return found
    raise ValueRefused("exit_band.invalid", allowed=ALLOWED_BANDS)


def parse_exit(text: str) -> Exit:
    """The one column ``Austritt`` for those who keep quarter and band together."""
    if _is_date(text):
        raise ValueRefused("exit_quarter.date")
    if found := _exit(text):
        return found
    raise ValueRefused("exit.invalid", allowed=ALLOWED_BANDS)


# --- responsibility -----------------------------------------------------------------------------------------

_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        ("zustaendig", "zustandig", "zustaendigkeit", "verantwortlich", "federfuehrend", "z"),
        ResponsibilityKind.RESPONSIBLE.value,
    ),
    **dict.fromkeys(
        ("vertretung", "stellvertretung", "vertretend", "vertritt", "v"), ResponsibilityKind.DEPUTY.value
    ),
    **dict.fromkeys(
        ("kannhelfen", "hilft", "hilfe", "unterstuetzung", "unterstuetzt", "h"),
        ResponsibilityKind.CAN_HELP.value,
    ),
}


def parse_kind(text: str) -> str:
    """``zuständig``, ``Vertretung`` or ``kann helfen`` as the value of ``ResponsibilityKind``."""
    try:
        return _KINDS[fold(text)]
    except KeyError:
        raise ValueRefused("kind.invalid", allowed=ALLOWED_KINDS) from None


# --- back to text -------------------------------------------------------------------------------------------


def render_yes_no(value: bool) -> str:  # noqa: FBT001 - a cell value, not a switch
    return YES if value else NO


def render_share(value: Decimal) -> str:
    """``Decimal("0.5000")`` → ``0,5``."""
    text = f"{value.normalize():f}"
    return text.replace(".", ",")


def render_quarter(value: int) -> str:
    """8114 → ``2028-Q3``."""
    return f"{value // 4}-Q{value % 4 + 1}"


def render_date(value: date) -> str:
    return value.isoformat()


def is_formula_like(text: str) -> bool:
    """Whether a spreadsheet could run the text as a formula when it opens a CSV file."""
    return text[:1] in _FORMULA_STARTS and not _NUMBER.fullmatch(text)


def escape_formula(text: str) -> str:
    """Put an apostrophe before a text that looks like a formula; :func:`clean` takes it off again."""
    return f"'{text}" if is_formula_like(text) or _ESCAPED_FORMULA.match(text) else text


def protect_apostrophe(text: str) -> str:
    """For files whose cells are typed: only texts that :func:`clean` would shorten get a further apostrophe."""
    return f"'{text}" if _ESCAPED_FORMULA.match(text) else text
