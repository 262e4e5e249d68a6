"""Signing in and out through another system, against a provider that says what the test wants."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from bs4 import BeautifulSoup
from django.core.cache import cache
from pytest_django import Settings

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.domain.single_sign_on import RoleRule
from staffelstab.identity.models import Account, Membership, Organisation, RoleGrant, SignInEntry
from staffelstab.identity.services import accounts
from tests import providers
from tests.identity.web.test_sign_in import sign_in
from tests.providers import FakeProvider
from tests.strict_client import StrictClient
from tests.world import PASSWORD, World

LOGIN = "/konto/anbieter/haus/"
BACK = "/konto/anbieter/haus/zurueck/"
LOGOUT = "/konto/anbieter/haus/abmelden/"
START = "/"
NEW = {
    "sub": "s-1",
    "email": "neu@musterstadt.example",
    "email_verified": True,
    "name": "Nele Neu",
    "sid": "sitzung-1",
}


@pytest.fixture(scope="module")
def server() -> Iterator[FakeProvider]:
    with providers.running() as provider:
        yield provider


@pytest.fixture
def provider(server: FakeProvider, settings: Settings, world: World) -> FakeProvider:
    """The provider as it is at first: honest, and configured for the first house."""
    fresh = FakeProvider(port=server.port, subject=dict(NEW))
    server.__dict__.update(fresh.__dict__)
    settings.SIGN_IN_PROVIDERS = (server.described(),)
    return server


def use(settings: Settings, provider: FakeProvider, **changes: Any) -> None:
    """Describe the provider otherwise."""
    settings.SIGN_IN_PROVIDERS = (provider.described(**changes),)


def begin(client: StrictClient, provider: FakeProvider, **data: str) -> dict[str, str]:
    """Press the button; returns what the provider is asked."""
    page = client.post(LOGIN, data)
    url = page.headers["Refresh"].partition("url=")[2]
    assert url.startswith(f"{provider.issuer}/authorize?")
    provider.asked = dict(parse_qsl(urlsplit(url).query))
    return provider.asked


def come_back(client: StrictClient, provider: FakeProvider, **changes: str) -> Any:
    """Return from the provider with a code."""
    return client.get(BACK, {"code": "a-code", "state": provider.asked["state"], **changes})


def through(provider: FakeProvider, client: StrictClient | None = None) -> tuple[StrictClient, Any]:
    """Sign in through the provider."""
    used = client or StrictClient()
    begin(used, provider)
    return used, come_back(used, provider)


def text(response: Any) -> str:
    """The words of the page."""
    found = BeautifulSoup(response.content, "html.parser").find("main")
    return re.sub(r"\s+", " ", found.get_text(" ") if found else "")


def member(world: World, email: str = "neu@musterstadt.example") -> Membership | None:
    """The membership of an address in the first house."""
    with world.inside():
        return Membership.objects.select_related("account").filter(account__email=email).first()


def roles(world: World, email: str = "neu@musterstadt.example") -> list[tuple[str, str]]:
    """Roles in the first house with their source."""
    with world.inside():
        rows = RoleGrant.objects.filter(account__email=email).order_by("role", "source")
        return list(rows.values_list("role", "source"))


def test_sign_in_page_offers_each_provider(client: StrictClient, provider: FakeProvider) -> None:
    page = unescape(client.get("/konto/anmelden/?next=/aufgaben/").content.decode())
    assert "Über Haus-Anmeldung anmelden" in page
    assert f'action="{LOGIN}"' in page
    form = BeautifulSoup(page, "html.parser").find("form", action=LOGIN)
    assert form.find("input", attrs={"name": "next"})["value"] == "/aufgaben/"


def test_login_asks_with_pkce_state_and_nonce(client: StrictClient, provider: FakeProvider) -> None:
    asked = begin(client, provider)
    assert asked["code_challenge_method"] == "S256"
    assert (asked["response_type"], asked["client_id"]) == ("code", "staffelstab")
    assert asked["redirect_uri"] == f"http://testserver{BACK}"
    assert set(asked["scope"].split()) == {"openid", "profile", "email"}
    assert len(asked["nonce"]) == 32
    assert begin(StrictClient(), provider)["nonce"] != asked["nonce"]


def test_login_takes_neither_scope_nor_purpose_from_the_address(
    client: StrictClient, provider: FakeProvider
) -> None:
    page = client.post(f"{LOGIN}?scope=offline_access&process=connect&auth_params=prompt%3Dnone")
    asked = dict(parse_qsl(urlsplit(page.headers["Refresh"]).query))
    assert (set(asked["scope"].split()), "prompt" in asked) == ({"openid", "profile", "email"}, False)


def test_login_page_without_having_pressed_the_button(client: StrictClient, provider: FakeProvider) -> None:
    page = client.get(LOGIN)
    assert "Sie melden sich bei Haus-Anmeldung an" in text(page)
    assert "Refresh" not in page.headers


def test_unknown_provider_is_not_found(client: StrictClient, provider: FakeProvider) -> None:
    answers = [client.post("/konto/anbieter/fremd/"), client.get("/konto/anbieter/fremd/zurueck/")]
    assert [each.status_code for each in answers] == [404, 404]
    assert client.post("/konto/anbieter/fremd/abmelden/").status_code == 404


def test_new_person_gets_an_account_without_a_password(world: World, provider: FakeProvider) -> None:
    client, answer = through(provider)
    assert (answer.status_code, answer.url) == (302, START)
    assert client.get(START).status_code == 200
    made = member(world)
    assert made is not None
    assert (made.account.display_name, made.source, made.until) == ("Nele Neu", "haus", None)
    assert made.account.has_usable_password() is False
    with activate(TenancyContext()):
        link = SocialAccount.objects.get(user=made.account)
    assert (link.provider, link.uid, link.extra_data) == ("haus", "s-1", {})
    refused = sign_in(StrictClient(), "neu@musterstadt.example", PASSWORD)
    assert "Die E-Mail-Adresse oder das Kennwort stimmt nicht." in text(refused)


def test_sign_in_leads_to_the_page_that_was_asked_for(provider: FakeProvider) -> None:
    client = StrictClient()
    begin(client, provider, next="/aufgaben/")
    assert come_back(client, provider).url == "/aufgaben/"
    stranger = StrictClient()
    begin(stranger, provider, next="https://fremd.example/")
    assert come_back(stranger, provider).url == START


def test_second_sign_in_finds_the_account_by_its_subject(world: World, provider: FakeProvider) -> None:
    through(provider)
    provider.subject |= {"email": "anders@musterstadt.example"}
    _client, answer = through(provider)
    assert answer.url == START
    found = member(world, "anders@musterstadt.example")
    assert found is not None
    assert (found.account.display_name, member(world)) == ("Nele Neu", None)


def test_claims_of_userinfo_count_too(world: World, provider: FakeProvider, settings: Settings) -> None:
    use(settings, provider, rules=(RoleRule("fachleute", "advisor"),))
    provider.userinfo = {**NEW, "groups": ["fachleute"], "name": "Wird überschrieben"}
    through(provider)
    assert roles(world) == [("advisor", "haus")]
    made = member(world)
    assert made is not None
    assert made.account.display_name == "Nele Neu"


def test_userinfo_of_somebody_else_is_refused(world: World, provider: FakeProvider) -> None:
    provider.userinfo = {**NEW, "sub": "s-2"}
    _client, answer = through(provider)
    assert (answer.status_code, member(world)) == (403, None)


def test_userinfo_can_be_left_out(world: World, provider: FakeProvider, settings: Settings) -> None:
    use(settings, provider, userinfo=False)
    provider.broken = {"/userinfo"}
    _client, answer = through(provider)
    assert answer.url == START


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody-else"},
        {"iss": "http://127.0.0.1:1"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1},
        {"exp": None},
        {"iat": 4_000_000_000},
        {"azp": "somebody-else"},
        {"sub": None},
    ],
    ids=lambda changes: "-".join(f"{name}" for name in changes),
)
def test_token_that_does_not_hold_signs_nobody_in(
    world: World, provider: FakeProvider, changes: dict[str, Any]
) -> None:
    provider.token_changes = changes
    client, answer = through(provider)
    assert answer.status_code == 403
    assert "konnte nicht geprüft werden" in text(answer)
    assert client.get(START).status_code == 302
    assert member(world) is None


def test_token_signed_by_somebody_else_signs_nobody_in(world: World, provider: FakeProvider) -> None:
    provider.key = providers.FOREIGN_KEY
    _client, answer = through(provider)
    assert (answer.status_code, member(world)) == (403, None)


def test_token_signed_with_the_clients_secret_signs_nobody_in(world: World, provider: FakeProvider) -> None:
    provider.key, provider.algorithm = providers.SECRET * 4, "HS256"
    _client, answer = through(provider)
    assert (answer.status_code, member(world)) == (403, None)


def test_token_without_signature_signs_nobody_in(world: World, provider: FakeProvider) -> None:
    provider.key, provider.algorithm = None, "none"
    _client, answer = through(provider)
    assert (answer.status_code, member(world)) == (403, None)


def test_token_with_a_key_nobody_published_signs_nobody_in(world: World, provider: FakeProvider) -> None:
    provider.kid = "k9"
    _client, answer = through(provider)
    assert (answer.status_code, member(world)) == (403, None)


def test_new_key_is_fetched_when_a_token_names_it(provider: FakeProvider) -> None:
    through(provider)
    provider.published, provider.kid = ("k2",), "k2"
    _client, answer = through(provider)
    assert answer.url == START


def test_key_without_a_name_works_when_there_is_one(provider: FakeProvider) -> None:
    provider.kid = None
    _client, answer = through(provider)
    assert answer.url == START
    cache.clear()
    provider.published = ("k1", "k2")
    _client, answer = through(provider)
    assert answer.status_code == 403


def test_answer_without_a_token_signs_nobody_in(
    world: World, provider: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server answers in another thread: the class is what both see.
    monkeypatch.setattr(FakeProvider, "id_token", lambda _self: None)
    _client, answer = through(provider)
    assert (answer.status_code, member(world)) == (403, None)


def test_foreign_state_signs_nobody_in(world: World, provider: FakeProvider) -> None:
    begin(StrictClient(), provider)
    answer = come_back(StrictClient(), provider)
    assert answer.status_code == 400
    assert "in einem anderen Fenster begonnen" in text(answer)
    assert member(world) is None


def test_state_counts_once(provider: FakeProvider) -> None:
    client, _answer = through(provider)
    assert come_back(client, provider).status_code == 400


def test_answer_of_another_issuer_signs_nobody_in(world: World, provider: FakeProvider) -> None:
    client = StrictClient()
    begin(client, provider)
    assert come_back(client, provider, iss="https://fremd.example").status_code == 400
    begin(client, provider)
    assert come_back(client, provider, iss=provider.issuer).url == START


def test_code_without_the_verifier_is_refused_by_the_provider(provider: FakeProvider) -> None:
    client = StrictClient()
    begin(client, provider)
    provider.asked["code_challenge"] = "another"
    assert come_back(client, provider).status_code == 403
    assert len(provider.exchanged["code_verifier"]) >= 43


def test_stopping_at_the_provider(provider: FakeProvider) -> None:
    client = StrictClient()
    begin(client, provider)
    answer = client.get(BACK, {"error": "access_denied", "state": provider.asked["state"]})
    assert (answer.status_code, "Sie haben die Anmeldung abgebrochen." in text(answer)) == (403, True)


def test_error_of_the_provider(provider: FakeProvider) -> None:
    client = StrictClient()
    begin(client, provider)
    answer = client.get(BACK, {"error": "server_error", "state": provider.asked["state"]})
    assert (answer.status_code, "konnte nicht geprüft werden" in text(answer)) == (403, True)


def test_provider_that_is_down_at_the_beginning(client: StrictClient, provider: FakeProvider) -> None:
    provider.broken = {"/.well-known/openid-configuration"}
    answer = client.post(LOGIN)
    assert (answer.status_code, "antwortet im Moment nicht" in text(answer)) == (503, True)


def test_provider_that_goes_down_meanwhile(client: StrictClient, provider: FakeProvider) -> None:
    begin(client, provider)
    provider.broken = {"/keys"}
    answer = come_back(client, provider)
    assert (answer.status_code, "antwortet im Moment nicht" in text(answer)) == (503, True)


@pytest.mark.parametrize("changes", [{"issuer": "https://fremd.example"}, {"issuer": None}])
def test_configuration_of_another_issuer_is_not_used(
    client: StrictClient, provider: FakeProvider, changes: dict[str, Any]
) -> None:
    provider.configuration_changes = changes
    assert client.post(LOGIN).status_code == 503


def test_address_of_a_foreign_domain_is_refused(world: World, provider: FakeProvider) -> None:
    provider.subject |= {"email": "chefin@fernwald.example"}
    _client, answer = through(provider)
    assert answer.status_code == 403
    assert "nennt keine E-Mail-Adresse, für die es hier sprechen darf" in text(answer)
    assert member(world, "chefin@fernwald.example") is None


def test_existing_account_is_linked_by_an_address_the_provider_speaks_for(
    world: World, provider: FakeProvider
) -> None:
    account = world.accounts["advisor"]
    provider.subject |= {"email": account.email.upper()}
    _client, answer = through(provider)
    assert answer.url == START
    with activate(TenancyContext()):
        assert SocialAccount.objects.get(uid="s-1").user_id == account.pk
    found = member(world, account.email)
    assert found is not None
    assert (found.source, found.account.has_usable_password()) == ("", True)
    assert roles(world, account.email) == [("advisor", "")]


def test_existing_account_is_not_linked_by_an_unverified_address(
    world: World, provider: FakeProvider, settings: Settings
) -> None:
    provider.subject |= {"email": world.accounts["administrator"].email, "email_verified": False}
    assert through(provider)[1].status_code == 403
    with activate(TenancyContext()):
        assert SocialAccount.objects.count() == 0
    use(settings, provider, email_verified=True)
    assert through(provider)[1].url == START


def test_address_given_out_again_does_not_open_the_old_account(world: World, provider: FakeProvider) -> None:
    through(provider)
    provider.subject |= {"sub": "s-2"}
    _client, answer = through(provider)
    assert answer.status_code == 403
    assert "gehört bereits zu einer anderen Person" in text(answer)


def test_locked_account_stays_outside(world: World, provider: FakeProvider) -> None:
    through(provider)
    with world.inside():
        Account.objects.filter(email="neu@musterstadt.example").update(is_active=False)
    client, answer = through(provider)
    assert answer.url == "/konto/gesperrt/"
    assert client.get(START).status_code == 302


def test_access_ended_by_hand_is_not_opened_by_claims(world: World, provider: FakeProvider, now: Any) -> None:
    client, _answer = through(provider)
    made = member(world)
    assert made is not None
    with world.inside():
        accounts.end_membership(membership=made, actor=world.system, now=now)
    assert client.get("/aufgaben/").status_code == 404
    _client, answer = through(provider)
    assert answer.status_code == 403
    assert "Ihr Zugang wurde von der Verwaltung Ihrer Organisation beendet." in text(answer)


def test_claims_that_go_take_the_access_of_running_sessions_with_them(
    world: World, provider: FakeProvider, settings: Settings
) -> None:
    use(settings, provider, only_with_role=True, rules=(RoleRule("wm", "knowledge_manager"),))
    provider.subject |= {"groups": ["wm"]}
    client, _answer = through(provider)
    assert client.get("/aufgaben/neu/").status_code == 200
    provider.subject |= {"groups": []}
    _client, answer = through(provider)
    assert answer.status_code == 403
    assert "Haus-Anmeldung hat bestätigt, wer Sie sind" in text(answer)
    assert client.get("/aufgaben/").status_code == 404


def test_signing_in_as_somebody_else_ends_the_session_before(
    world: World, provider: FakeProvider, client_as: Any
) -> None:
    client = client_as("administrator")
    client.get(START)
    begin(client, provider)
    assert come_back(client, provider).url == START
    assert "Nele Neu" in client.get(START).content.decode()


def test_house_that_demands_the_provider_closes_to_passwords(
    world: World, provider: FakeProvider, settings: Settings
) -> None:
    use(settings, provider, required=True)
    client = StrictClient()
    answer = sign_in(client, world.accounts["employee"].email)
    assert answer.url == "/verwaltung/organisation/waehlen/"
    page = client.get(answer.url)
    assert "Stadt Musterstadt verlangt die Anmeldung über" in text(page)
    assert f'action="{LOGIN}"' in page.content.decode()
    assert client.get("/aufgaben/").status_code == 404
    inside, _answer = through(provider)
    assert inside.get("/aufgaben/").status_code == 200


def test_begun_sign_in_says_nothing_about_another_accounts_password(
    world: World, provider: FakeProvider, settings: Settings
) -> None:
    use(settings, provider, required=True)
    client, _answer = through(provider)
    session = client.session
    known = session["staffelstab_provider"]
    client.logout()
    client.force_login(world.accounts["employee"])
    session = client.session
    session["staffelstab_provider"] = known
    session.save()
    assert client.get("/aufgaben/").status_code == 404


def test_house_that_demands_the_provider_closes_to_a_switch(
    world: World, provider: FakeProvider, settings: Settings, client_as: Any
) -> None:
    use(settings, provider, required=True)
    client = client_as("employee")
    answer = client.post("/verwaltung/organisation/wechseln/", {"organisation": str(world.organisation.pk)})
    assert answer.url == "/verwaltung/organisation/waehlen/"


def test_sign_out_ends_the_session_at_the_provider_too(provider: FakeProvider) -> None:
    client, _answer = through(provider)
    page = client.post("/konto/abmelden/")
    url = urlsplit(page.headers["Refresh"].partition("url=")[2])
    asked = dict(parse_qsl(url.query))
    assert f"{url.scheme}://{url.netloc}{url.path}" == f"{provider.issuer}/logout"
    assert asked["client_id"] == "staffelstab"
    assert asked["post_logout_redirect_uri"] == "http://testserver/konto/anmelden/"
    assert asked["id_token_hint"].count(".") == 2
    assert client.get(START).status_code == 302


@pytest.mark.parametrize("trouble", ["down", "no place"])
def test_sign_out_works_without_the_provider(provider: FakeProvider, trouble: str) -> None:
    client, _answer = through(provider)
    cache.clear()
    if trouble == "down":
        provider.broken = {"/.well-known/openid-configuration"}
    else:
        provider.configuration_changes = {"end_session_endpoint": None}
    answer = client.post("/konto/abmelden/")
    assert (answer.status_code, answer.url) == (302, "/konto/anmelden/")
    assert client.get(START).status_code == 302


def test_sign_out_of_a_provider_that_is_no_longer_there(provider: FakeProvider, settings: Settings) -> None:
    client, _answer = through(provider)
    settings.SIGN_IN_PROVIDERS = ()
    assert client.post("/konto/abmelden/").url == "/konto/anmelden/"


def test_end_session_address_with_parameters_of_its_own(provider: FakeProvider) -> None:
    provider.configuration_changes = {"end_session_endpoint": f"{provider.issuer}/logout?realm=a"}
    client, _answer = through(provider)
    assert "/logout?realm=a&amp;client_id=" in client.post("/konto/abmelden/").content.decode()


def test_logout_token_ends_the_session_it_names(provider: FakeProvider) -> None:
    first, _answer = through(provider)
    provider.subject |= {"sid": "sitzung-2"}
    second, _answer = through(provider)
    token = provider.logout_token(sid="sitzung-1")
    assert StrictClient(enforce_csrf_checks=True).post(LOGOUT, {"logout_token": token}).status_code == 200
    assert [each.get(START).status_code for each in (first, second)] == [302, 200]


def test_logout_token_for_a_person_ends_all_sessions_through_the_provider(
    world: World, provider: FakeProvider, client_as: Any
) -> None:
    first, _answer = through(provider)
    second, _answer = through(provider)
    other = client_as("employee")
    answer = StrictClient().post(LOGOUT, {"logout_token": provider.logout_token()})
    assert (answer.status_code, answer.headers["Cache-Control"].count("no-store")) == (200, 1)
    assert [each.get(START).status_code for each in (first, second, other)] == [302, 302, 200]
    with activate(TenancyContext()):
        assert UserSession.objects.filter(data__provider="haus").count() == 0


def test_logout_token_may_name_the_session_only(provider: FakeProvider) -> None:
    client, _answer = through(provider)
    token = provider.logout_token(sid="sitzung-1", sub=None)
    assert StrictClient().post(LOGOUT, {"logout_token": token}).status_code == 200
    assert client.get(START).status_code == 302


def test_second_factor_of_the_provider_counts_when_the_operator_says_so(
    world: World, provider: FakeProvider, settings: Settings
) -> None:
    with world.inside():
        Organisation.objects.filter(pk=world.organisation.pk).update(second_factor_roles=["advisor"])
    rules = (RoleRule("fachleute", "advisor"),)
    provider.subject |= {"groups": ["fachleute"]}
    use(settings, provider, rules=rules)
    without, _answer = through(provider)
    assert without.get("/aufgaben/").url == "/konto/zweiter-faktor/"
    use(settings, provider, rules=rules, second_factor=True)
    assert without.get("/aufgaben/").status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "somebody-else"},
        {"iss": "http://127.0.0.1:1"},
        {"exp": 1},
        {"nonce": "a-nonce"},
        {"events": {}},
        {"events": "http://schemas.openid.net/event/backchannel-logout"},
        {"jti": None},
        {"sub": None},
    ],
    ids=lambda changes: "-".join(f"{name}" for name in changes),
)
def test_logout_token_that_does_not_hold_ends_nothing(
    provider: FakeProvider, changes: dict[str, Any]
) -> None:
    client, _answer = through(provider)
    answer = StrictClient().post(LOGOUT, {"logout_token": provider.logout_token(**changes)})
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})
    assert client.get(START).status_code == 200


def test_logout_token_counts_once(provider: FakeProvider) -> None:
    token = provider.logout_token(jti=f"once-{time.monotonic_ns()}")
    answers = [StrictClient().post(LOGOUT, {"logout_token": token}).status_code for _ in range(2)]
    assert answers == [200, 400]


def test_logout_without_a_token_or_keys(provider: FakeProvider) -> None:
    assert StrictClient().post(LOGOUT).status_code == 400
    assert StrictClient().post(LOGOUT, {"logout_token": "no token"}).status_code == 400
    assert StrictClient().get(LOGOUT).status_code == 405
    provider.broken = {"/keys"}
    cache.clear()
    answer = StrictClient().post(LOGOUT, {"logout_token": provider.logout_token()})
    assert answer.status_code == 503


def test_new_name_and_address_at_the_provider_reach_the_account(world: World, provider: FakeProvider) -> None:
    through(provider)
    provider.subject |= {"name": "Nele Neumann", "email": "neumann@musterstadt.example"}
    _client, answer = through(provider)
    assert answer.url == START
    found = member(world, "neumann@musterstadt.example")
    assert found is not None
    assert found.account.display_name == "Nele Neumann"
    assert member(world) is None


def test_name_the_provider_keeps_to_itself_stays(world: World, provider: FakeProvider) -> None:
    through(provider)
    del provider.subject["name"]
    provider.subject["email"] = "neumann@elsewhere.example"
    through(provider)
    found = member(world)
    assert found is not None
    assert found.account.display_name == "Nele Neu"


def test_account_with_an_address_of_another_domain_keeps_its_name(
    world: World, provider: FakeProvider
) -> None:
    through(provider)
    with world.inside():
        Account.objects.filter(email=NEW["email"]).update(email="nele@privat.example")
    provider.subject["name"] = "Nele Neumann"
    through(provider)
    found = member(world, "nele@privat.example")
    assert found is not None
    assert found.account.display_name == "Nele Neu"


def test_tokens_of_the_provider_stay_on_the_server(provider: FakeProvider) -> None:
    client, answer = through(provider)
    stored = client.session["staffelstab_provider"]["id_token"]
    assert stored.count(".") == 2
    pages = [answer, client.get("/"), client.get("/gespeicherte-daten/meine-daten.json")]
    sent = "".join(f"{page.content.decode()}{dict(page.headers)}{page.cookies}" for page in pages)
    # Kept for signing out there, in the session, which never leaves the server; the access token nowhere.
    assert [token for token in (stored, "an-access-token") if token in sent] == []
    with activate(TenancyContext()):
        assert SocialToken.objects.count() == 0


def test_refused_sign_in_is_recorded_for_the_account(
    provider: FakeProvider, settings: Settings, world: World
) -> None:
    through(provider)
    provider.subject["email_verified"] = False
    use(settings, provider, organisations=())
    _client, answer = through(provider)
    assert answer.status_code == 403
    with activate(TenancyContext()):
        found = SignInEntry.objects.filter(account__email=NEW["email"]).order_by("id")
        assert [(row.kind, row.way) for row in found] == [
            ("signed_in", "provider"),
            ("not_admitted", "provider"),
        ]
