"""``staffelstab organisation create``."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from staffelstab.core.tenancy.context import TenancyContext, activate
from staffelstab.identity.models import Organisation
from staffelstab.identity.selectors.actors import organisation_id_by_slug


@pytest.mark.usefixtures("world")
def test_organisation_create_prints_the_slug() -> None:
    out = StringIO()
    call_command(
        "organisation", "create", "neustadt", "--name", "Stadt Neustadt", "--kind", "district", stdout=out
    )
    assert out.getvalue() == "neustadt\n"
    key = organisation_id_by_slug("neustadt")
    with activate(TenancyContext(key)):
        made = Organisation.objects.get(pk=key)
    assert (made.name, made.kind) == ("Stadt Neustadt", "district")


@pytest.mark.usefixtures("world")
def test_organisation_create_refuses_a_taken_slug() -> None:
    with pytest.raises(CommandError, match="musterstadt") as caught:
        call_command("organisation", "create", "musterstadt", "--name", "Noch einmal")
    assert caught.value.returncode == 1


@pytest.mark.parametrize(("slug", "ags"), [("mit leerzeichen", ""), ("gut", "12"), ("x" * 61, "")])
@pytest.mark.usefixtures("world")
def test_organisation_create_refuses_malformed_values(slug: str, ags: str) -> None:
    with pytest.raises(CommandError):
        call_command("organisation", "create", slug, "--name", "Stadt", "--ags", ags)
