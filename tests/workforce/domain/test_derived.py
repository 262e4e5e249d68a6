"""Sort keys and search texts: what stands before what, and what is found."""

from __future__ import annotations

from staffelstab.workforce.domain.derived import (
    person_sort_key,
    position_sort_key,
    task_search,
    task_sort_key,
    unit_sort_key,
)


def test_units_stand_by_code_with_numbers_as_numbers() -> None:
    assert unit_sort_key(code="9.10", name="Straßenbau") == "000009 000010 strassenbau"
    assert unit_sort_key(code="9.10", name="A") < unit_sort_key(code="10", name="A")
    assert unit_sort_key(code="", name="Öffentlichkeitsarbeit") == "offentlichkeitsarbeit"


def test_positions_stand_by_number_then_title() -> None:
    assert position_sort_key(number="50-7", title="Leitung") == "000050 000007 leitung"
    assert position_sort_key(number="50-7", title="Z") < position_sort_key(number="50-12", title="A")


def test_persons_stand_by_last_name_then_first_name() -> None:
    assert person_sort_key(last_name="Müller-Lüdenscheidt", first_name="Änne") == "muller ludenscheidt anne"


def test_tasks_stand_by_title() -> None:
    assert task_sort_key(title="Wohngeld: Anträge") == "wohngeld antrage"


def test_sort_keys_fit_their_column() -> None:
    long = "x" * 300
    lengths = {
        len(key)
        for key in (
            unit_sort_key(code="1", name=long),
            position_sort_key(number="1", title=long),
            person_sort_key(last_name=long, first_name=""),
            task_sort_key(title=long),
        )
    }
    assert lengths == {240}


def test_search_looks_in_title_key_and_purpose_apart() -> None:
    assert task_search(title="Wohngeld", key="WG-1", purpose="Für Mieter") == "wohngeld\nwg 1\nfur mieter"
    assert task_search(title="Wohngeld", key="", purpose="") == "wohngeld"
