"""Forms of the administration that somebody else's change has overtaken: nothing is lost without a word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup

from staffelstab.identity.models import Organisation, RoleGrant
from tests.factories.workforce import UnitFactory
from tests.identity.web.test_houses import fields_of
from tests.strict_client import StrictClient
from tests.world import World

ClientAs = Callable[[str], StrictClient]
EDIT = "/verwaltung/organisation/bearbeiten/"
CHANGED = "Jemand anderes hat diesen Eintrag inzwischen geändert."


def again(answer: Any) -> dict[str, str]:
    """The edition that the refused form carries now."""
    page = BeautifulSoup(answer.content.decode(), "html.parser")
    return {"seen": str(page.select_one("main input[name=seen]")["value"])}  # type: ignore[index]


def saved(world: World) -> Organisation:
    with world.inside():
        return Organisation.objects.get(pk=world.organisation.pk)


def test_organisation_form_does_not_undo_what_somebody_else_has_set(
    world: World, client_as: ClientAs
) -> None:
    first, second = client_as("administrator"), client_as("administrator")
    stale = fields_of(second, EDIT) | {"colour": "#7a1f3d"}
    assert first.post(EDIT, fields_of(first, EDIT) | {"group_threshold": "20"}).status_code == 302
    answer = second.post(EDIT, stale)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert CHANGED in text
    assert "Inzwischen gespeichert: 20" in text
    assert text.count("Inzwischen gespeichert") == 4  # threshold and colour, in the summary and at the field
    assert 'value="#7a1f3d"' in text
    assert (saved(world).group_threshold, saved(world).colour) == (20, "#0b4f6c")
    # Whoever saves again has read it.
    decided = stale | again(answer) | {"group_threshold": "20"}
    assert second.post(EDIT, decided).status_code == 302
    assert (saved(world).group_threshold, saved(world).colour) == (20, "#7a1f3d")


def test_organisation_form_that_changes_nothing_is_never_too_old(world: World, client_as: ClientAs) -> None:
    first, second = client_as("administrator"), client_as("administrator")
    stale = fields_of(second, EDIT) | {"short_name": "Muster"}
    assert first.post(EDIT, fields_of(first, EDIT) | {"short_name": "Muster"}).status_code == 302
    assert second.post(EDIT, stale).status_code == 302
    assert saved(world).short_name == "Muster"


@pytest.mark.usefixtures("unit_source")
def test_roles_form_does_not_take_away_what_somebody_else_has_given(
    world: World, client_as: ClientAs
) -> None:
    with world.inside():
        unit = UnitFactory(name="Sozialamt")
    key = world.accounts["employee"].pk
    path = f"/verwaltung/konten/{key}/rollen/"
    first, second = client_as("administrator"), client_as("administrator")
    stale = fields_of(second, path) | {"roles": ["employee", "executive"]}
    given = {"roles": ["employee", "advisor"], "unit-0-role": "line_manager", "unit-0-unit": str(unit.pk)}
    assert first.post(path, fields_of(first, path) | given).status_code == 302
    answer = second.post(path, stale)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert CHANGED in text
    assert "Inzwischen gespeichert: Beratung, Beschäftigte, Führungskraft (Sozialamt)" in text

    def held() -> list[str]:
        with world.inside():
            found = RoleGrant.objects.filter(account_id=key).order_by("role")
            return list(found.values_list("role", flat=True))

    assert held() == ["advisor", "employee", "line_manager"]
    assert second.post(path, stale | again(answer)).status_code == 302
    assert held() == ["employee", "executive"]


def test_demand_of_a_second_factor_is_not_dropped_by_an_older_form(world: World, client_as: ClientAs) -> None:
    path = "/verwaltung/anmeldung/"
    first, second = client_as("administrator"), client_as("administrator")
    stale = fields_of(second, path) | {"roles": ["advisor"]}
    assert first.post(path, fields_of(first, path) | {"roles": ["personnel"]}).status_code == 302
    answer = second.post(path, stale)
    assert answer.status_code == 409
    assert "Inzwischen gespeichert: Personalentwicklung" in answer.content.decode()
    assert saved(world).second_factor_roles == ["personnel"]


def test_demand_that_both_want_is_never_too_old(world: World, client_as: ClientAs) -> None:
    path = "/verwaltung/anmeldung/"
    first, second = client_as("administrator"), client_as("administrator")
    stale = fields_of(second, path) | {"roles": ["personnel"]}
    assert first.post(path, fields_of(first, path) | {"roles": ["personnel"]}).status_code == 302
    assert second.post(path, stale).status_code == 302
    assert saved(world).second_factor_roles == ["personnel"]


def test_assumptions_are_not_overwritten_by_an_older_form(client_as: ClientAs) -> None:
    path = "/ausblick/annahmen/"
    first, second = client_as("knowledge_manager"), client_as("knowledge_manager")
    stale = fields_of(second, path) | {"lead_quarters": "9", "reason": "Länger"}
    change = {"turnover": "5,5", "reason": "Mittel der letzten Jahre"}
    assert first.post(path, fields_of(first, path) | change).status_code == 302
    answer = second.post(path, stale)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert CHANGED in text
    assert "Inzwischen gespeichert: 5,5" in text
    assert [fields_of(first, path)[name] for name in ("turnover", "lead_quarters")] == [["5,5"], ["7"]]
    assert second.post(path, stale | again(answer)).status_code == 302
    assert [fields_of(first, path)[name] for name in ("turnover", "lead_quarters")] == [["4"], ["9"]]
