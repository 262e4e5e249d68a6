"""Search among the people of the active organisation by name and e-mail address."""

from __future__ import annotations

from django.db.models import Q, Value
from django.db.models.functions import Upper

from staffelstab.core import searching
from staffelstab.core.searching import Search
from staffelstab.core.sorting import sort_key
from staffelstab.identity.models import Membership


def member_search(text: str) -> Search:
    """Memberships whose account's name or address contains the text."""
    name = sort_key(text)
    plain = searching.holds("address", Upper(Value(text)))
    if name:  # a text without a letter or digit is nobody's name
        plain |= searching.holds("sort_key", name)
    words = (name,) if name else ()
    table = Membership._meta.db_table
    return Search(table=table, words=words, spellings=words, extra=text, plain=plain)


def member_matches(text: str) -> Q:
    """The memberships :func:`member_search` finds, as a condition. One statement."""
    return member_search(text).condition()
