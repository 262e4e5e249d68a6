"""Topics as people choose them."""

from __future__ import annotations

from django.utils import translation

from staffelstab.vocabulary.enums import Topic, topics_by_name


def test_topics_are_sorted_by_their_name_in_the_language_of_the_reader() -> None:
    with translation.override("de"):
        german = topics_by_name()
    with translation.override("en"):
        english = topics_by_name()
    assert [name for _key, name in german][:3] == [
        "Arbeit & Ruhestand",
        "Bauen & Wohnen",
        "Bildung",
    ]
    assert [name for _key, name in english][:3] == [
        "Building & housing",
        "Cross-cutting services",
        "Education",
    ]
    assert {key for key, _name in german} == set(Topic.values)
