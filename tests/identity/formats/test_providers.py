"""The operator's file of sign-in providers."""

from __future__ import annotations

from pathlib import Path

import pytest

from staffelstab.config import env
from staffelstab.identity.domain.single_sign_on import RoleRule
from staffelstab.identity.formats.providers import ProviderFileError, parse

GOOD = """
[[provider]]
id = "keycloak"
name = "Stadt Musterstadt"
issuer = "https://sso.musterstadt.de/realms/stadt"
client_id = "staffelstab"
client_secret_env = "SSO_SECRET"
organisations = ["musterstadt"]
email_domains = ["Musterstadt.DE"]
scopes = ["openid", "email", "groups"]
roles_claim = "realm_access.roles"
required = true
organisation_claim = "org"
organisation_values = { "01" = "musterstadt" }

[[provider.role]]
value = "/leitung/{unit}"
role = "line_manager"
organisation = "musterstadt"
"""


def secret(kind: str, name: str) -> str:
    """One variable, one file."""
    if kind == "file" and name == "missing":
        raise FileNotFoundError(name)
    return {("env", "SSO_SECRET"): "geheim", ("file", "sso.txt"): "auch geheim"}.get((kind, name), "")


def test_parse_reads_everything() -> None:
    (found,) = parse(GOOD, secret=secret)
    assert (found.id, found.name, found.client_secret) == ("keycloak", "Stadt Musterstadt", "geheim")
    assert (found.organisations, found.email_domains) == (("musterstadt",), ("musterstadt.de",))
    assert found.scopes == ("openid", "email", "groups")
    assert (found.required, found.userinfo, found.only_with_role) == (True, True, False)
    assert found.organisation_values == {"01": "musterstadt"}
    assert found.rules == (RoleRule("/leitung/{unit}", "line_manager", organisation="musterstadt"),)


def test_parse_with_the_least() -> None:
    text = GOOD.partition("scopes")[0].replace("client_secret_env", "client_secret_file")
    (found,) = parse(text.replace("SSO_SECRET", "sso.txt"), secret=secret)
    assert (found.scopes, found.roles_claim, found.rules) == (("openid", "profile", "email"), "groups", ())
    assert found.client_secret == "auch geheim"


def test_parse_of_nothing() -> None:
    assert parse("", secret=secret) == ()


def test_issuer_on_this_machine_needs_no_encryption() -> None:
    text = GOOD.replace("https://sso.musterstadt.de/realms/stadt", "http://localhost:8080/x")
    assert parse(text, secret=secret)[0].issuer == "http://localhost:8080/x"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ('id = "keycloak"', 'id = "Key Cloak"', "an id has lower case"),
        ('name = "Stadt Musterstadt"\n', "", "name is missing"),
        ('name = "Stadt Musterstadt"', "name = 7", "name must be a text"),
        ("https://sso", "http://sso", "the issuer must begin with https://"),
        ('organisations = ["musterstadt"]', 'organisations = "musterstadt"', "must be a list of texts"),
        ('["Musterstadt.DE"]', '["*"]', "email_domains are whole domains"),
        ('["Musterstadt.DE"]', '["a@b.de"]', "email_domains are whole domains"),
        ('"openid", ', "", "scopes must contain openid"),
        ("required = true", 'required = "ja"', "required must be true or false"),
        ("required = true", "requierd = true", "requierd is not a known key"),
        ('{ "01" = "musterstadt" }', '{ "01" = 1 }', "organisation_values must be a table of texts"),
        ('client_secret_env = "SSO_SECRET"\n', "", "one of them"),
        ('client_secret_env = "SSO_SECRET"', 'client_secret_env = "OTHER"', "OTHER is empty"),
        ('client_secret_env = "SSO_SECRET"', 'client_secret_file = "missing"', "cannot be read"),
        ('role = "line_manager"', 'role = "king"', "'king' is not a role"),
        ('value = "/leitung/{unit}"', 'value = ""', "its value is missing"),
        ('organisation = "musterstadt"', 'organisation = "fernwald"', "not among its organisations"),
        ('organisation = "musterstadt"', 'unit = "50"', "names its unit once"),
        ("/leitung/{unit}", "/{unit}/{unit}", "names its unit once"),
        ('role = "line_manager"', 'role = "privacy"', "always holds for the whole organisation"),
        ('role = "line_manager"', 'role = "line_manager"\nunits = "50"', "all texts"),
        ("[[provider.role]]", "[provider.role]", "roles are written as"),
        ("[[provider]]", "[provider]", "nothing else"),
        ("[[provider]]", "x = 1\n[[provider]]", "nothing else"),
        ("[[provider]]", "[[provider]", "not a TOML file"),
    ],
)
def test_parse_says_what_is_wrong(old: str, new: str, sentence: str) -> None:
    assert old in GOOD
    with pytest.raises(ProviderFileError, match=sentence.replace("[", r"\[")):
        parse(GOOD.replace(old, new, 1), secret=secret)


def test_role_that_is_no_table() -> None:
    text = GOOD.partition("[[provider.role]]")[0] + "role = [7]\n"
    with pytest.raises(ProviderFileError, match="all texts"):
        parse(text, secret=secret)


def test_two_providers_with_one_id() -> None:
    with pytest.raises(ProviderFileError, match="the same id"):
        parse(GOOD + GOOD, secret=secret)


def test_environment_names_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert env.sign_in_providers() == ()
    file = tmp_path / "providers.toml"
    file.write_text(GOOD, encoding="utf-8")
    monkeypatch.setenv("STAFFELSTAB_SIGN_IN_FILE", str(file))
    monkeypatch.setenv("SSO_SECRET", "aus der Umgebung")
    assert env.sign_in_providers()[0].client_secret == "aus der Umgebung"
    (tmp_path / "secret").write_text("aus der Datei\n", encoding="utf-8")
    text = GOOD.replace('client_secret_env = "SSO_SECRET"', 'client_secret_file = "secret"')
    file.write_text(text, encoding="utf-8")
    assert env.sign_in_providers()[0].client_secret == "aus der Datei"
