"""Reading the municipalities of the census."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from staffelstab.vocabulary.domain.municipalities import MunicipalityProblem, MunicipalityRow
from staffelstab.vocabulary.formats.municipalities import read_municipalities
from staffelstab.vocabulary.formats.refusals import FileRefused

HEAD = "state,ags,place,population\n"


def test_rows_have_both_keys() -> None:
    found = list(read_municipalities(f'{HEAD}RP,073355011022,"Landstuhl, Stadt",8305\n'.encode()))
    assert found == [MunicipalityRow("073355011022", "Landstuhl, Stadt", "RP", 8305, 2)]
    assert [row.ags for row in found if isinstance(row, MunicipalityRow)] == ["07335022"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("BY,09276013013,Lindberg,2294", "ars_form"),
        ("BY,092760130130,,2294", "name_form"),
        ("RP,092760130130,Lindberg,2294", "state_form"),
        ("BY,092760130130,Lindberg,viele", "population_form"),
        ("BY,092760130130", "name_form"),
    ],
)
def test_rows_that_do_not_fit_are_problems(line: str, code: str) -> None:
    (problem,) = read_municipalities(f"{HEAD}{line}\n".encode())
    assert isinstance(problem, MunicipalityProblem)
    assert (problem.code, problem.row) == (code, 2)
    assert "%(" not in problem.sentence()


def test_same_key_twice_is_a_problem() -> None:
    text = f"{HEAD}BY,092760130130,Lindberg,2294\nBY,092769999130,Anderswo,1\n"
    first, second = read_municipalities(text.encode())
    assert isinstance(first, MunicipalityRow)
    assert second == MunicipalityProblem("ags_twice", 3, {"value": "09276130", "first": "Lindberg"})


@pytest.mark.parametrize(
    ("content", "code"), [(b"", "empty"), (b"a,b\n1,2\n", "columns"), (HEAD.encode(), "no_rows")]
)
def test_what_is_no_list_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(FileRefused) as refused:
        list(read_municipalities(content))
    assert refused.value.code == code


@settings(max_examples=200, deadline=None)
@given(head=st.sampled_from([b"", HEAD.encode(), b"\xff\xfe"]), tail=st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(head: bytes, tail: bytes) -> None:
    try:
        found = list(read_municipalities(head + tail))
    except FileRefused as refused:
        assert refused.sentence() != ""  # noqa: PT017
        return
    assert all(isinstance(item, MunicipalityRow) or item.sentence() for item in found)


@pytest.mark.data
def test_census_file(data_folder: Path) -> None:
    content = (data_folder / "zensus2022_gemeinden" / "1000A-0000_de_clean.csv").read_bytes()
    rows = [row for row in read_municipalities(content) if isinstance(row, MunicipalityRow)]
    assert len(list(read_municipalities(content))) == len(rows) == 10_786
    assert len({row.ags for row in rows}) == 10_786
    assert sum(row.population for row in rows) == 82_711_282
