"""House colours: readable text on every colour, and nothing but colours in the style sheet."""

from hypothesis import given
from hypothesis import strategies as st

from staffelstab.core.ui.theme import DEFAULT_COLOUR, contrast, house_theme, luminance, mixed


def test_luminance_runs_from_black_to_white() -> None:
    assert (luminance("#000000"), luminance("#ffffff")) == (0.0, 1.0)


def test_contrast_of_black_and_white_is_21() -> None:
    assert round(contrast("#000000", "#ffffff"), 6) == 21.0


def test_mixed_halves_each_channel() -> None:
    assert mixed("#000000", "#ffffff", 0.5) == "#808080"


def test_house_theme_puts_dark_text_on_a_light_colour() -> None:
    assert house_theme("#F6D55C").colour_on == "#131525"


def test_house_theme_refuses_anything_but_a_colour() -> None:
    assert house_theme("red}body{display:none").colour == DEFAULT_COLOUR
    assert house_theme("").colour == DEFAULT_COLOUR
    assert house_theme("#12345\n").colour == DEFAULT_COLOUR


@given(st.integers(min_value=0, max_value=0xFFFFFF))
def test_house_theme_is_readable_for_every_colour(number: int) -> None:
    theme = house_theme(f"#{number:06x}")
    assert contrast(theme.colour, theme.colour_on) >= 4.5
    assert contrast(theme.colour_dark, "#131525") >= 4.5
