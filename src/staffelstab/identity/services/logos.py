"""Setting and removing the logo of an organisation."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import DomainError
from staffelstab.identity.formats import logos as pictures
from staffelstab.identity.models import Organisation, OrganisationLogo


class LogoUnreadable(DomainError):
    """The upload is no picture we can draw."""

    code = "identity.logo_unreadable"
    template = _("This file is not a picture that can be read. Please choose a PNG, JPEG or WebP file.")


class LogoTooLarge(DomainError):
    """The picture has too many points."""

    code = "identity.logo_too_large"
    template = _("This picture is too large. Please choose one with at most 30 million points.")


@transaction.atomic
def set_logo(*, organisation: Organisation, data: bytes, actor: Actor, now: datetime) -> OrganisationLogo:
    """Show the uploaded picture as the logo. Raises PermissionRefused, LogoUnreadable, LogoTooLarge."""
    permissions.require(actor, "identity.organisation.edit", organisation)
    try:
        picture = pictures.as_logo(data)
    except pictures.TooLarge as error:
        raise LogoTooLarge from error
    except pictures.NoPicture as error:
        raise LogoUnreadable from error
    digest = sha256(picture.png).hexdigest()[:16]
    row: OrganisationLogo
    row, _created = OrganisationLogo.objects.update_or_create(
        organisation_id=organisation.pk,
        defaults={
            "image": picture.png,
            "digest": digest,
            "width": picture.width,
            "height": picture.height,
            "changed_at": now,
        },
    )
    _show(organisation, digest, actor, now)
    return row


@transaction.atomic
def remove_logo(*, organisation: Organisation, actor: Actor, now: datetime) -> None:
    """Show no logo any more. Raises PermissionRefused."""
    permissions.require(actor, "identity.organisation.edit", organisation)
    OrganisationLogo.objects.filter(organisation_id=organisation.pk).delete()
    _show(organisation, "", actor, now)


def _show(organisation: Organisation, digest: str, actor: Actor, now: datetime) -> None:
    before = organisation.logo_digest
    if before == digest:
        return
    organisation.logo_digest = digest
    organisation.save(update_fields=["logo_digest"])
    changes = {"logo": (before or None, digest or None)}
    audit.record(actor, "identity.organisation.changed", organisation, at=now, changes=changes)
