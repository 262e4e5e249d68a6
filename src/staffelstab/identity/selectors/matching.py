"""Search among the people of the active organisation by name and e-mail address."""

from __future__ import annotations

from typing import Final

from django.db import connection
from django.db.models import Q
from django.db.models.expressions import RawSQL

from staffelstab.core.sorting import sort_key

MOST: Final = 10_001
"""The first so many by name: one more than a list counts."""


def member_matches(text: str) -> Q:
    """Memberships whose account's name or address contains the text. One statement (``models.functions``)."""
    literal, name = connection.ops.prep_for_like_query, sort_key(text)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT identity_member_containing(%s, %s, %s)",
            # A text without a letter or digit is nobody's name.
            [f"%{literal(name)}%" if name else "", f"%{literal(text.upper())}%", MOST],
        )
        found = [key for (key,) in cursor.fetchall()]
    return Q(pk__in=RawSQL("SELECT unnest(%s::uuid[])", [found]))
