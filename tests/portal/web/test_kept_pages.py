"""Start page, board and task page from the keep: fast for those who saw them, never stale, never somebody else's."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib import messages
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import MessageEncoder
from django.contrib.messages.storage.session import SessionStorage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from staffelstab.core.models import Look
from staffelstab.core.ui import kept
from staffelstab.foresight.models import Measure
from staffelstab.foresight.services import assumptions
from staffelstab.identity.models import Account
from staffelstab.identity.services import accounts, organisations
from staffelstab.vocabulary.services import catalogue
from staffelstab.workforce.enums import ExitBand
from staffelstab.workforce.models import Holding, Import, Person, Task, Unit
from staffelstab.workforce.services import holdings, persons, tasks, units
from staffelstab.workforce.services.tasks import TaskValues
from tests.factories.foresight import MeasureFactory, small_house
from tests.factories.identity import member
from tests.factories.workforce import TaskFactory
from tests.strict_client import StrictClient
from tests.world import NOW, World

BOARD = "/ausblick/wissensrisiko/"


@dataclass
class Visitor:
    """Somebody with a browser; sees whether a page was drawn or came from the keep."""

    account: Account
    language: str = ""
    client: StrictClient = field(default_factory=StrictClient)

    def __post_init__(self) -> None:
        self.client.force_login(self.account, backend=settings.AUTHENTICATION_BACKENDS[0])
        if self.language:
            self.client.cookies[settings.LANGUAGE_COOKIE_NAME] = self.language
        self.client.get("/verwaltung/organisation/")  # the session finds its organisation

    def look(self, path: str, **headers: str) -> tuple[str, bool]:
        """The page, and whether it was drawn anew."""
        with CaptureQueriesContext(connection) as captured:
            response = self.client.get(path, headers=headers)
        assert response.status_code == 200
        drawn = any("workforce_" in each["sql"] or "foresight_" in each["sql"] for each in captured)
        return response.content.decode(), drawn

    def drawn(self, path: str, **headers: str) -> bool:
        return self.look(path, **headers)[1]


@pytest.fixture
def house(committed_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """The small house, committed, on the day it is made for."""
    monkeypatch.setattr("staffelstab.core.ui.middleware.timezone.now", lambda: NOW)
    kept.store.clear()
    world = World.load()
    with world.inside():
        made = small_house()
        persons.link_account(
            person=made.leaver,
            account_id=world.accounts["employee"].pk,
            seen=None,
            actor=world.system,
            now=NOW,
        )
    yield world
    kept.store.clear()


def manager(world: World) -> Visitor:
    return Visitor(world.accounts["knowledge_manager"])


def task_of(world: World, key: str = "A-1") -> Task:
    with world.inside():
        found: Task = Task.objects.select_related("unit").get(key=key)
        return found


def pages(world: World) -> tuple[str, ...]:
    return ("/", BOARD, f"/aufgaben/{task_of(world).pk}/")


def without_tokens(html: str) -> str:
    """The page without what differs from showing to showing."""
    html = re.sub(r'csrfmiddlewaretoken" value="[^"]+"', "", html)
    html = re.sub(r'"X-CSRFToken": "[^"]+"', "", html)
    return re.sub(r'nonce="[^"]+"', "", html)


def test_second_look_costs_nothing_but_the_visit(house: World) -> None:
    visitor = manager(house)
    for path in pages(house):
        first, drawn = visitor.look(path)
        assert drawn
        second, again = visitor.look(path)
        assert not again
        assert without_tokens(second) == without_tokens(first)
        with CaptureQueriesContext(connection) as captured:
            visitor.client.get(path)
        plain = [each["sql"] for each in captured if each["sql"] not in ("BEGIN", "COMMIT")]
        assert len(plain) == 2  # the session; account, seat and counters


def test_tokens_and_nonce_are_new_at_each_showing(house: World) -> None:
    visitor = manager(house)
    seen = set()
    for _time in range(3):
        response = visitor.client.get(BOARD)
        html = response.content.decode()
        nonce = re.search(r'<style nonce="([^"]+)"', html)
        token = re.search(r'"X-CSRFToken": "([^"]+)"', html)
        assert nonce is not None
        assert token is not None
        assert f"'nonce-{nonce[1]}'" in response.headers["Content-Security-Policy"]
        seen |= {nonce[1], token[1]}
    assert len(seen) == 6


def test_form_of_the_menu_works_from_the_keep(house: World) -> None:
    visitor = Visitor(house.accounts["knowledge_manager"], client=StrictClient(enforce_csrf_checks=True))
    visitor.look(BOARD)
    html, drawn = visitor.look(BOARD)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)"', html)
    assert not drawn
    assert token is not None
    assert visitor.client.post("/konto/abmelden/", {"csrfmiddlewaretoken": token[1]}).status_code == 302


def test_signing_out_ends_access_to_kept_pages_at_once(house: World) -> None:
    visitor = manager(house)
    visitor.look(BOARD)
    visitor.client.logout()
    assert visitor.client.get(BOARD).status_code == 302


def test_leaving_the_house_ends_access_to_kept_pages_at_once(house: World) -> None:
    visitor = manager(house)
    visitor.look(BOARD)
    with house.inside():
        membership = house.accounts["knowledge_manager"].memberships.get()
        membership.since, membership.until = dt.date(2026, 1, 1), dt.date(2026, 11, 21)
        membership.save()
    assert visitor.client.get(BOARD).status_code == 404


def _edit_task(world: World) -> None:
    task = task_of(world)
    values = TaskValues(
        key=task.key, title="Wohngeld neu", unit=task.unit, position_risk=5, service_key=task.service_key
    )
    tasks.edit_task(task=task, values=values, seen=None, actor=world.system, now=NOW)


def _set_exit(world: World) -> None:
    held = Holding.objects.select_related("position__unit", "person").get(position__number="50-03")
    holdings.set_exit(
        holding=held, quarter=None, band=ExitBand.OVER_5, fixed=False, seen=None,
        actor=world.system, now=NOW,
    )  # fmt: skip


def _rename_unit(world: World) -> None:
    unit = Unit.objects.get(code="50.1")
    units.edit_unit(unit=unit, code="50.1", name="Wohngeldamt", seen=None, actor=world.system, now=NOW)


def _catalogue(world: World) -> None:
    row = ("99107023017000", "Wohngeld beantragen", "")
    catalogue.import_rows(rows=[row], source="Katalog", visibility="house", actor=world.system, now=NOW)


def _assume(world: World) -> None:
    assumptions.change_assumptions(
        turnover=Decimal("0.05"), lead_quarters=8, reason="Erfahrung", actor=world.system, now=NOW
    )


CHANGES: dict[str, tuple[Callable[[World], None], tuple[int, ...]]] = {
    "task": (_edit_task, (0, 1, 2)),
    "exit": (_set_exit, (0, 1, 2)),
    "unit": (_rename_unit, (0, 1, 2)),
    "measure": (lambda _world: MeasureFactory(task=Task.objects.get(key="A-1")) and None, (0, 1, 2)),
    "assumptions": (_assume, (0, 1, 2)),
    "catalogue": (_catalogue, (1, 2)),
    "import": (lambda _world: Import.objects.update(progress_done=1) and None, (0,)),
    "sql": (lambda _world: Person.objects.update(last_name="Neumann") and None, (0, 1, 2)),
    "removal": (lambda _world: Measure.objects.all().delete() and None, (0, 1, 2)),
}
"""What changes, and which of start page, board and task page have to be drawn anew after it."""


def test_page_is_drawn_anew_after_every_kind_of_change(house: World) -> None:
    visitor, paths = manager(house), pages(house)
    found = {}
    for name, (change, _affected) in CHANGES.items():
        for path in paths:
            visitor.look(path)
        with house.inside():
            change(house)
        found[name] = tuple(number for number, path in enumerate(paths) if visitor.drawn(path))
    assert found == {name: affected for name, (_change, affected) in CHANGES.items()}


def test_change_shows_at_once(house: World) -> None:
    visitor, paths = manager(house), pages(house)
    for path in paths[1:]:
        assert "Wohngeldantrag bescheiden" in visitor.look(path)[0]
    with house.inside():
        _edit_task(house)
    for path in paths[1:]:
        html, _drawn = visitor.look(path)
        assert "Wohngeld neu" in html
        assert "Wohngeldantrag bescheiden" not in html.replace("Wohngeldantrag bescheiden →", "")


def test_service_another_house_shares_shows_at_once(house: World) -> None:
    visitor = manager(house)
    visitor.look(BOARD)
    with house.inside(organisation_id=house.neighbour_id):
        Task.objects.count()
    assert not visitor.drawn(BOARD)
    with house.inside(organisation_id=house.neighbour_id), connection.cursor() as cursor:
        cursor.execute("UPDATE vocabulary_service SET name = name")
    assert visitor.drawn(BOARD)


def test_house_and_appearance_show_at_once(house: World) -> None:
    visitor = manager(house)
    visitor.look(BOARD)
    with house.inside():
        organisations.edit_organisation(
            organisation=house.organisation, values={"name": "Stadt Neustadt", "colour": "#123456"},
            actor=house.actor("administrator"), now=NOW,
        )  # fmt: skip
    html, _drawn = visitor.look(BOARD)
    assert "Stadt Neustadt" in html
    assert "#123456" in html
    visitor.client.cookies["staffelstab_theme"] = "dark"
    assert 'data-kern-theme="dark"' in visitor.look(BOARD)[0]


def test_new_role_changes_what_is_shown(house: World) -> None:
    visitor, path = Visitor(house.accounts["employee"]), pages(house)[2]
    assert "Restrisiko" not in visitor.look(path)[0]
    with house.inside():
        accounts.set_roles(
            membership=house.accounts["employee"].memberships.get(), grants=[("knowledge_manager", None)],
            actor=house.system, now=NOW,
        )  # fmt: skip
    assert "Restrisiko" in visitor.look(path)[0]


def test_other_units_see_other_tasks(house: World) -> None:
    with house.inside():
        scopes = {code: Unit.objects.get(code=code).pk for code in ("50", "20")}
        lead = {
            code: member(f"lead{code}@x.example", f"Leitung {code}", "line_manager", unit_id=key).account
            for code, key in scopes.items()
        }
    finance, social = Visitor(lead["20"]), Visitor(lead["50"])
    assert "Jahresabschluss erstellen" in finance.look(BOARD)[0]
    html, drawn = social.look(BOARD)
    assert drawn
    assert "Jahresabschluss erstellen" not in html


def test_accounts_with_the_same_roles_share_a_page_that_names_neither(house: World) -> None:
    with house.inside():
        other = member("zweite@x.example", "Zoe Zweite", "knowledge_manager").account
    first, second = manager(house), Visitor(other)
    for path in pages(house)[1:]:
        first.look(path)
        html, drawn = second.look(path)
        assert not drawn
        assert "Zoe Zweite" in html
        assert str(house.accounts["knowledge_manager"]) not in html
        kept.store.clear()
        alone = second.look(path)[0]
        assert without_tokens(alone) == without_tokens(html)


def test_start_page_belongs_to_the_account_alone(house: World) -> None:
    with house.inside():
        other = member("kollegin@x.example", "Karla Kollegin", "employee").account
        accounts.set_roles(
            membership=house.accounts["employee"].memberships.get(), grants=[("employee", None)],
            actor=house.system, now=NOW,
        )  # fmt: skip
    own, colleague = Visitor(house.accounts["employee"]), Visitor(other)
    assert "Wohngeldantrag bescheiden" in own.look("/")[0]
    html, drawn = colleague.look("/")
    assert drawn
    assert "Wohngeldantrag bescheiden" not in html
    assert "Karla Kollegin" in html


def test_other_house_and_other_language_have_pages_of_their_own(house: World) -> None:
    manager(house).look(BOARD)
    stranger = Visitor(house.accounts["stranger.knowledge_manager"])
    html, drawn = stranger.look(BOARD)
    assert drawn
    assert "Wohngeldantrag bescheiden" not in html
    english, drawn = Visitor(house.accounts["knowledge_manager"], language="en").look(BOARD)
    assert drawn
    assert "Knowledge risk" in english
    assert "Wissensrisiko" not in english


def test_address_fragment_and_target_are_told_apart(house: World) -> None:
    visitor = manager(house)
    whole, _drawn = visitor.look(BOARD)
    part, drawn = visitor.look(BOARD, **{"HX-Request": "true"})
    assert drawn
    assert "<!doctype" in whole
    assert "<!doctype" not in part
    assert visitor.drawn(BOARD + "?sort=title")
    assert not visitor.drawn(BOARD + "?sort=title")


def test_next_day_and_other_hour_are_drawn_anew(house: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "SESSION_IDLE_SECONDS", settings.SESSION_COOKIE_AGE)
    clock = [NOW.replace(hour=16)]
    monkeypatch.setattr("staffelstab.core.ui.middleware.timezone.now", lambda: clock[0])
    visitor = manager(house)
    for path in pages(house):
        visitor.look(path)
    clock[0] = NOW.replace(hour=19)
    assert [visitor.drawn(path) for path in pages(house)] == [True, False, False]
    assert "Guten Abend" in visitor.look("/")[0]
    clock[0] = NOW.replace(hour=23, minute=30)
    assert timezone.localdate(clock[0]) == dt.date(2026, 11, 23)
    assert [visitor.drawn(path) for path in pages(house)] == [True, True, True]


def test_message_is_shown_once_and_never_kept(house: World) -> None:
    visitor = manager(house)

    def say(text: str) -> None:
        session = visitor.client.session
        session[SessionStorage.session_key] = json.dumps(
            [Message(messages.SUCCESS, text)], cls=MessageEncoder
        )
        session.save()

    say("Gespeichert, zum ersten")
    first, drawn = visitor.look(BOARD)
    assert drawn
    assert "Gespeichert, zum ersten" in first
    second, drawn = visitor.look(BOARD)
    assert not drawn
    assert "Gespeichert" not in second
    say("Gespeichert, zum zweiten")
    third, drawn = visitor.look(BOARD)
    assert not drawn
    assert "Gespeichert, zum zweiten" in third
    assert "Gespeichert" not in visitor.look(BOARD)[0]


def test_look_at_persons_is_logged_at_each_showing(house: World) -> None:
    visitor, path = manager(house), f"{BOARD}?aufgabe={task_of(house).pk}"

    def looks() -> int:
        with house.inside():
            return Look.objects.filter(what="foresight.risk").count()

    assert visitor.drawn(path)
    once = looks()
    assert once > 0
    html, drawn = visitor.look(path)
    assert not drawn
    assert "Erika Abendroth" in html
    assert looks() == 2 * once


def test_what_a_transaction_has_written_is_not_kept(house: World) -> None:
    visitor = manager(house)
    with house.inside():
        TaskFactory(title="Nie gewesen", unit=Unit.objects.get(code="20"))
        assert "Nie gewesen" in visitor.look(BOARD)[0]
        connection.set_rollback(True)
    html, drawn = visitor.look(BOARD)
    assert drawn
    assert "Nie gewesen" not in html


def test_refusal_is_not_kept(house: World) -> None:
    visitor = manager(house)
    before = kept.store.size
    assert visitor.client.get(BOARD + "?aufgabe=01a20231-4e91-7521-8753-eef4ed87f88f").status_code == 404
    assert kept.store.size - before < 5000  # the frame of the refusal alone
