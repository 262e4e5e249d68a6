"""Exits per year against figures computed by hand."""

import datetime as dt
import itertools
from typing import Any

import numpy as np
import pytest

from staffelstab.foresight.domain.exits import NEVER, Horizons, Scenario
from staffelstab.foresight.domain.forecast import (
    AgeBand,
    AgeStructure,
    Assumptions,
    Forecast,
    forecast_age_structure,
    forecast_holdings,
    last_year,
)
from staffelstab.foresight.domain.quarters import Quarter

EARLY, REGULAR, LATE = Scenario
YEAR_END = dt.date(2023, 12, 31)


def structure(*bands: AgeBand, date: dt.date = YEAR_END) -> AgeStructure:
    return AgeStructure(date=date, bands=bands)


def exits(forecast: Forecast, scenario: Scenario = REGULAR) -> dict[int, float]:
    return {each.year: round(each.exits, 6) for each in forecast[scenario] if round(each.exits, 6)}


def test_forecast_of_one_age_follows_the_cohort() -> None:
    # 60 on 31 December 2023: born in 1963, limit 66 years 10 months, early 64 years 10 months.
    # January to December of birth plus 802 months: ten of twelve months in 2029 … born January → November 2029.
    found = forecast_age_structure(structure(AgeBand(low=60, high=60, count=1200)), until=2033)
    assert exits(found) == {2029: 200.0, 2030: 1000.0}
    assert exits(found, EARLY) == {2027: 200.0, 2028: 1000.0}
    assert exits(found, LATE) == {2030: 200.0, 2031: 1000.0}
    assert [each.year for each in found[REGULAR]] == list(range(2023, 2034))
    assert found[REGULAR][-1].cumulative == pytest.approx(1200)
    assert found[REGULAR][6].cumulative_share == pytest.approx(1 / 6)


def test_forecast_with_35_insured_years_is_earlier() -> None:
    # born 1963, leaves at 63: in the year 2026
    found = forecast_age_structure(
        structure(AgeBand(low=60, high=60, count=1200)),
        until=2033,
        assumptions=Assumptions(early="long_insured"),
    )
    assert exits(found, EARLY) == {2026: 1200.0}


def test_forecast_counts_the_rest_of_the_first_year_only() -> None:
    # 66 on 30 June 2024: born July 1957 to June 1958. Limits 65/11 (1957) and 66/0 (1958): the first six months have
    # passed theirs (born July to December 1957: June to November 2023) and leave within twelve months, half in 2024;
    # born January to June 1958: January to June 2024, passed as well.
    found = forecast_age_structure(
        structure(AgeBand(low=66, high=66, count=120), date=dt.date(2024, 6, 30)), until=2026
    )
    assert exits(found) == {2024: 60.0, 2025: 60.0}
    # 65: born July 1958 to June 1959, limits 66/0 and 66/2: July to December 2024, March to August 2025
    found = forecast_age_structure(
        structure(AgeBand(low=65, high=65, count=120), date=dt.date(2024, 6, 30)), until=2026
    )
    assert exits(found) == {2024: 60.0, 2025: 60.0}


def test_forecast_in_the_middle_of_a_month_shares_births_between_two_months() -> None:
    # 65 on 15 June 2024: born 16 June 1958 to 15 June 1959. Half of June 1958 leaves in June 2024 already.
    found = forecast_age_structure(
        structure(AgeBand(low=65, high=65, count=240), date=dt.date(2024, 6, 15)), until=2026
    )
    assert exits(found) == {2024: 130.0, 2025: 110.0}


def test_forecast_spreads_an_open_highest_band_up_to_the_age_limit() -> None:
    # 31 December 2023, 65 and older: born 1958 and before; limit after the day for those born in January 1958 (66 in
    # January 2024) and later: 12 months of birth, all in 2024.
    found = forecast_age_structure(structure(AgeBand(low=65, high=None, count=120)), until=2025)
    assert exits(found) == {2024: 120.0}
    # 64 and older: also those born in 1959 (66/2): ten months in 2025, two in 2026.
    found = forecast_age_structure(structure(AgeBand(low=64, high=None, count=240)), until=2026)
    assert exits(found) == {2024: 120.0, 2025: 100.0, 2026: 20.0}


def test_forecast_lets_those_past_the_limit_leave_within_a_year() -> None:
    found = forecast_age_structure(structure(AgeBand(low=70, high=None, count=120)), until=2025)
    assert [exits(found, scenario) for scenario in Scenario] == [{2024: 120.0}] * 3


def test_forecast_starts_an_open_lowest_band_at_the_youngest_age() -> None:
    # 16 to 24 on 31 December 2023: born 1999 to 2007, 67 in 2066 to 2074
    found = forecast_age_structure(structure(AgeBand(low=None, high=24, count=900)), until=2100)
    assert exits(found) == dict.fromkeys(range(2066, 2075), 100.0)
    found = forecast_age_structure(structure(AgeBand(low=None, high=14, count=900)), until=2100)
    assert exits(found) == {2076: 900.0}


def test_forecast_knows_special_ages() -> None:
    # born in 1963: fire service 61 years 10 months, in 2024 (January, February) and 2025; no choice to go earlier
    bands = (AgeBand(low=60, high=60, count=1200, limit="fire_service"),)
    found = forecast_age_structure(structure(*bands), until=2033)
    assert exits(found) == {2024: 200.0, 2025: 1000.0}
    assert exits(found, EARLY) == {2024: 200.0, 2025: 1000.0}
    found = forecast_age_structure(
        structure(AgeBand(low=60, high=60, count=1200, limit="civil_servant")), until=2033
    )
    assert (exits(found, EARLY), exits(found)) == ({2026: 1200.0}, {2029: 200.0, 2030: 1000.0})


def test_forecast_with_turnover_takes_a_share_of_those_present() -> None:
    found = forecast_age_structure(
        structure(AgeBand(low=30, high=30, count=1000), date=dt.date(2024, 6, 30)), until=2026, turnover=0.02
    )
    left = [1000 * 0.98**time for time in (0, 0.5, 1.5, 2.5)]
    for scenario in Scenario:
        assert [each.exits for each in found[scenario]] == pytest.approx(
            [before - after for before, after in itertools.pairwise(left)]
        )


def test_forecast_with_turnover_counts_from_the_day_within_its_month() -> None:
    # 15 June 2024: half of June and six whole months are left of the year
    found = forecast_age_structure(
        structure(AgeBand(low=30, high=30, count=1000), date=dt.date(2024, 6, 15)), until=2025, turnover=0.02
    )
    left = [1000 * 0.98**time for time in (0, 6.5 / 12, 18.5 / 12)]
    assert [each.exits for each in found[REGULAR]] == pytest.approx(
        [before - after for before, after in itertools.pairwise(left)], rel=1e-12
    )


def test_forecast_may_lose_everybody_to_turnover() -> None:
    found = forecast_age_structure(structure(AgeBand(low=30, high=30, count=10)), until=2024, turnover=1.0)
    assert exits(found) == {2024: 10.0}


def test_forecast_shares_births_between_the_first_two_months() -> None:
    # 64 on 15 September 2024: half of those born in September 1960 and half of those born in September 1959. Limits
    # 66/2 (1959) and 66/4 (1960): September and October 1959 leave in 2025, September 1960 in January 2027.
    found = forecast_age_structure(
        structure(AgeBand(low=64, high=64, count=240), date=dt.date(2024, 9, 15)), until=2027
    )
    assert exits(found) == {2025: 30.0, 2026: 200.0, 2027: 10.0}


def test_forecast_ends_with_the_year_of_the_count_or_a_hundred_years_later() -> None:
    band = AgeBand(low=66, high=66, count=120)
    found = forecast_age_structure(structure(band, date=dt.date(2024, 6, 30)), until=2024)
    assert exits(found) == {2024: 60.0}
    assert exits(forecast_age_structure(structure(band), until=2023)) == {}
    # born in February 2023 to January 2024, 67 in February 2090 to January 2091; late 397 months later
    youngest = structure(AgeBand(low=0, high=0, count=300), date=dt.date(2024, 1, 31))
    found = forecast_age_structure(youngest, until=2124, assumptions=Assumptions(late_months=397))
    assert (len(found[REGULAR]), exits(found)) == (101, {2090: 275.0, 2091: 25.0})
    assert exits(found, LATE) == {2123: 250.0, 2124: 50.0}


def test_forecast_leaves_out_those_who_leave_after_its_end() -> None:
    # as above: born in 1963, two of twelve months in 2030, one of them in January
    band = AgeBand(low=60, high=60, count=1200)
    for until, shown in ((2028, {}), (2029, {2029: 200.0})):
        assert exits(forecast_age_structure(structure(band), until=until)) == shown


def test_forecast_lets_several_bands_past_the_limit_leave_within_twelve_months() -> None:
    bands = (
        AgeBand(low=70, high=None, count=120),
        AgeBand(low=72, high=74, count=60),
        AgeBand(low=30, high=30, count=1000),
    )
    assert exits(forecast_age_structure(structure(*bands), until=2026)) == {2024: 180.0}


def test_forecast_of_nobody_is_zero() -> None:
    found = forecast_age_structure(structure(AgeBand(low=30, high=40, count=0)), until=2024)
    assert [(each.exits, each.cumulative, each.cumulative_share) for each in found[LATE]] == [(0, 0, 0)] * 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"until": 2022}, "between 2023 and 2123, not 2022"),
        ({"until": 2124}, "between 2023 and 2123, not 2124"),
        ({"until": 2030, "turnover": 1.5}, "between 0 and 1, not 1.5"),
    ],
)
def test_forecast_refuses_what_makes_no_sense(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        forecast_age_structure(structure(AgeBand(low=30, high=40, count=1)), **changes)


def test_band_may_hold_the_youngest_and_the_oldest_age() -> None:
    bands = (
        AgeBand(low=None, high=0, count=0),
        AgeBand(low=0, high=0, count=0),
        AgeBand(low=120, high=120, count=0),
    )
    assert [(band.low, band.high) for band in bands] == [(None, 0), (0, 0), (120, 120)]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"low": None, "high": None, "count": 1}, r"^a band open at both ends says nothing about age$"),
        ({"low": 30, "high": 40, "count": -1}, "0 or more"),
        ({"low": 40, "high": 30, "count": 1}, "from 40 to 30"),
        ({"low": 40, "high": 121, "count": 1}, "from 40 to 121"),
        ({"low": 30, "high": 40, "count": 1, "limit": "police"}, "no such age limit: police"),
    ],
)
def test_band_refuses_what_no_table_can_mean(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        AgeBand(**changes)


def test_structure_has_groups_in_their_order() -> None:
    whole = structure(
        AgeBand(low=30, high=39, count=1, group="Verwaltung"),
        AgeBand(low=30, high=39, count=2, group="Bauhof"),
        AgeBand(low=40, high=49, count=4, group="Verwaltung"),
    )
    assert (whole.total, whole.groups) == (7, ("Verwaltung", "Bauhof"))
    assert whole.of_group("Verwaltung").total == 5


# --- horizons -----------------------------------------------------------------------------------------------

AS_OF = Quarter(year=2026, quarter=4)


def horizons(*spans: tuple[int, int], fixed: tuple[bool, ...] = ()) -> Horizons:
    return Horizons(
        first=np.array([first for first, _last in spans]),
        last=np.array([last for _first, last in spans]),
        fixed=np.array(fixed or [False] * len(spans)),
    )


def test_forecast_of_horizons_counts_years_and_shifts_what_is_not_fixed() -> None:
    # IV/2028 free, IV/2028 fixed, a band over III/2027 to II/2028 (q 3 … 6), overdue, unknown
    found = forecast_holdings(
        horizons((8, 8), (8, 8), (3, 6), (-3, -3), (NEVER, NEVER), fixed=(False, True, False, False, False)),
        as_of=AS_OF,
        until=2030,
    )
    assert (found.known, found.unknown) == (4, 1)
    assert exits(found.forecast) == {2026: 1.0, 2027: 0.5, 2028: 2.5}
    assert exits(found.forecast, EARLY) == {2026: 3.0, 2028: 1.0}
    assert exits(found.forecast, LATE) == {2027: 1.0, 2028: 1.5, 2029: 1.5}
    assert found.forecast[REGULAR][-1].cumulative_share == pytest.approx(1.0)


def test_forecast_of_horizons_counts_persons_behind_each() -> None:
    found = forecast_holdings(
        horizons((1, 4), (NEVER, NEVER)), as_of=AS_OF, until=2028, persons=[20, 7], turnover=0.19
    )
    # one turnover for all: 20 · 0.81^(1/4) at the end of 2026, nobody at the end of 2027
    assert (found.known, found.unknown) == (20, 7)
    assert [each.cumulative for each in found.forecast[REGULAR]] == pytest.approx(
        [20 - 20 * 0.81**0.25, 20, 20]
    )


def test_forecast_of_no_horizons_is_zero() -> None:
    found = forecast_holdings(horizons(), as_of=AS_OF, until=2027)
    assert (found.known, found.unknown) == (0, 0)
    assert exits(found.forecast) == {}


def test_last_year_lies_wholly_within_the_outlook() -> None:
    assert [last_year(Quarter(year=2026, quarter=quarter)) for quarter in (1, 2, 3, 4)] == [
        2040,
        2040,
        2040,
        2040,
    ]
    with pytest.raises(ValueError, match="between 2026 and 2040, not 2041"):
        forecast_holdings(horizons((1, 1)), as_of=AS_OF, until=2041)


def test_forecast_has_the_published_order_of_magnitude() -> None:
    # Publicly reported for 2013: 4.6 million public employees, 24 % of them older than 55 (BiB 2013), about
    # 1.1 million exits expected in ten years. The bands below 55 are invented; they do not leave by 2023.
    whole = AgeStructure(
        date=dt.date(2013, 6, 30),
        bands=(
            AgeBand(low=None, high=24, count=276_000),
            AgeBand(low=25, high=34, count=874_000),
            AgeBand(low=35, high=44, count=1_012_000),
            AgeBand(low=45, high=54, count=1_334_000),
            AgeBand(low=55, high=None, count=1_104_000),
        ),
    )
    regular = {each.year: each for each in forecast_age_structure(whole, until=2033)[REGULAR]}
    assert whole.total == 4_600_000
    assert regular[2023].cumulative == pytest.approx(1_100_000, rel=0.1)
    assert regular[2023].cumulative_share == pytest.approx(0.24, abs=0.03)
