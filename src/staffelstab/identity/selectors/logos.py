"""The logo of the active organisation."""

from __future__ import annotations

from base64 import b64encode

from staffelstab.core import permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import NotFound
from staffelstab.identity.models import OrganisationLogo


def logo(*, actor: Actor, digest: str) -> bytes:
    """The PNG with this digest. Raises PermissionRefused, NotFound."""
    permissions.require(actor, "identity.organisation.view")
    found = OrganisationLogo.objects.filter(digest=digest).values_list("image", flat=True).first()
    if found is None:
        raise NotFound
    return bytes(found)


def logo_address() -> str:
    """The logo as a ``data:`` address for documents that are drawn without a server; empty without one."""
    found = OrganisationLogo.objects.values_list("image", flat=True).first()
    return f"data:image/png;base64,{b64encode(bytes(found)).decode()}" if found else ""
