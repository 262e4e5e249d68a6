"""A membership carries the sort key of its account; the database keeps it in line in every house."""

from __future__ import annotations

import datetime as dt

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Account, Membership
from staffelstab.identity.selectors.matching import member_matches
from tests.factories.identity import member, seat
from tests.world import World


def keys_of(account: Account, *houses: object) -> list[str]:
    found = []
    for house in houses:
        with activate(TenancyContext(house)):  # type: ignore[arg-type]
            found.append(Membership.objects.get(account=account).sort_key)
    return found


def test_membership_takes_the_key_of_its_account(world: World) -> None:
    with world.inside():
        made = member("aerztin@x.example", "Özlem Ärztin")
    assert keys_of(made.account, world.organisation.pk) == ["ozlem arztin"]


def test_rename_reaches_every_house(world: World) -> None:
    with world.inside():
        account = member("wechsel@x.example", "Anna Alt").account
    seat(account, world.stranger_id)
    with world.inside():
        Account.objects.filter(pk=account.pk).update(display_name="Anna Neu", sort_key="anna neu")
    assert keys_of(account, world.organisation.pk, world.stranger_id) == ["anna neu", "anna neu"]


def test_saving_a_membership_does_not_lose_the_key(world: World) -> None:
    with world.inside():
        made = member("bleibt@x.example", "Berta Bleibt")
        made.until, made.sort_key = dt.date(2030, 1, 1), ""
        made.save()
    assert keys_of(made.account, world.organisation.pk) == ["berta bleibt"]


def test_search_finds_names_and_addresses_of_the_house_alone(world: World) -> None:
    with world.inside(organisation_id=world.stranger_id):
        member("fremd@suche.example", "Cora Suchtreffer")
    with world.inside():
        member("cora@suche.example", "Cora Öztürk")
        member("ben@suche.example", "Ben Bünz")

        def names(text: str) -> list[str]:
            rows = Membership.objects.filter(member_matches(text)).select_related("account")
            return [row.account.display_name for row in rows.order_by("sort_key")]

        assert names("oztürk") == ["Cora Öztürk"]
        assert names("suche.ex") == ["Ben Bünz", "Cora Öztürk"]
        assert names("Suchtreffer") == []
        assert names("%") == []
        assert names("%@") == []
