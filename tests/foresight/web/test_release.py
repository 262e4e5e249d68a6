"""The screen on which a house decides what its network may see."""

from __future__ import annotations

from collections.abc import Callable

from bs4 import BeautifulSoup
from django.test import Client

from staffelstab.foresight.models import NetworkRelease
from tests.world import World

LIST = "/ausblick/berichte/verbund/"
ClientAs = Callable[[str], Client]


def test_release_and_withdrawal(world: World, client_as: ClientAs) -> None:
    client = client_as("neighbour.executive")
    page = BeautifulSoup(client.get(LIST).content, "html.parser")
    assert "nicht freigegeben" in page.get_text()
    form = page.select_one('main form[action^="/ausblick/berichte/verbund/"]')
    assert form is not None
    for value, word in (("1", "freigegeben"), ("0", "nicht freigegeben")):
        answer = client.post(str(form["action"]), {"released": value}, follow=True)
        assert answer.redirect_chain == [(LIST, 302)]
        shown = BeautifulSoup(answer.content, "html.parser").select_one("main .badge")
        assert shown is not None
        assert shown.get_text().replace("✓", "").strip() == word
    with world.inside(organisation_id=world.neighbour_id):
        assert NetworkRelease.objects.get().released is False


def test_house_without_a_network_has_no_such_screen(client_as: ClientAs) -> None:
    assert client_as("stranger.executive").get(LIST).status_code == 404
