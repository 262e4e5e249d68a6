"""A list of people to invite."""

from __future__ import annotations

import pytest

from staffelstab.identity.formats.invitees import Invitee, Problem, parse


@pytest.mark.parametrize(
    ("line", "email", "name"),
    [
        ("nele.kaya@example.de", "nele.kaya@example.de", "Nele Kaya"),
        ("Nele Kaya; NELE@example.de", "nele@example.de", "Nele Kaya"),
        ("nele@example.de; Nele Kaya", "nele@example.de", "Nele Kaya"),
        ("Nele Kaya <nele@example.de>", "nele@example.de", "Nele Kaya"),
        ("Kaya, Nele\tnele@example.de", "nele@example.de", "Nele Kaya"),
        ('"Nele Kaya";nele@example.de;', "nele@example.de", "Nele Kaya"),
    ],
)
def test_parse_reads_a_line(line: str, email: str, name: str) -> None:
    assert parse(f"\n{line}\n\n") == ((Invitee(email, name),), ())


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", (Problem("empty"),)),
        ("a@example.de\nNele", (Problem("address", 2, "Nele"),)),
        ("a@example.de b@example.de", (Problem("address", 1, "a@example.de b@example.de"),)),
        ("a@example", (Problem("address", 1, "a@example"),)),
        (f"{'a' * 250}@example.de", (Problem("address", 1, "a" * 80),)),
        ("a@example.de\n\nA@example.de", (Problem("twice", 3, "a@example.de"),)),
        ("x\n" * 501, (Problem("many"),)),
    ],
)
def test_parse_says_what_is_wrong(text: str, problems: tuple[Problem, ...]) -> None:
    assert parse(text)[1] == problems


def test_five_hundred_lines_are_possible() -> None:
    people, problems = parse("\n".join(f"p{number}@example.de" for number in range(500)))
    assert (len(people), problems) == (500, ())
