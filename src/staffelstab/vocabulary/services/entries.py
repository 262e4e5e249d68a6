"""What the house adds to a service by hand: topic, visibility, everyday words."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from staffelstab.core import audit, permissions
from staffelstab.core.actors import Actor
from staffelstab.core.errors import DomainError, NotFound, Stale
from staffelstab.vocabulary.domain.services import TERM_LENGTH, tidy_terms
from staffelstab.vocabulary.enums import SERVICE_VISIBILITIES, Topic
from staffelstab.vocabulary.models import Service
from staffelstab.vocabulary.services.catalogue import VisibilityNotPossible, derive

EDIT = "vocabulary.service.edit"
OWN_TERMS = 100
_FIELDS = ("topic", "visibility", "own_terms")


class TermsNotPossible(DomainError):
    """Everyday words are words, and few enough to be read."""

    code = "vocabulary.terms_not_possible"
    template = _("At most %(count)s everyday words of %(limit)s characters each are possible.")


def edition(service: Service) -> str:
    """A short text that changes with what :func:`edit_service` changes; a form carries it."""
    values = [getattr(service, name) for name in _FIELDS]
    return hashlib.sha256(json.dumps(values).encode()).hexdigest()[:16]


@transaction.atomic
def edit_service(
    *,
    service: Service,
    seen: str,
    topic: str,
    visibility: str,
    own_terms: Iterable[str],
    actor: Actor,
    now: dt.datetime,
) -> Service:
    """Change a service as it was when the form was opened (``seen``, its :func:`edition` then).

    Raises PermissionRefused, NotFound, Stale when somebody else changed it, VisibilityNotPossible, TermsNotPossible.
    """
    permissions.require(actor, EDIT, service)
    locked: Service | None = Service.objects.select_for_update().filter(pk=service.pk).first()
    if locked is None:
        raise NotFound
    if visibility not in SERVICE_VISIBILITIES:
        raise VisibilityNotPossible
    terms = list(tidy_terms(own_terms))
    if len(terms) > OWN_TERMS or any(len(term) > TERM_LENGTH for term in terms):
        raise TermsNotPossible(count=OWN_TERMS, limit=TERM_LENGTH)
    before = {name: getattr(locked, name) for name in _FIELDS}
    after = {
        "topic": Topic(topic).value if topic else "",
        "visibility": str(visibility),
        "own_terms": terms,
    }
    changes = audit.differences(before, after)
    if not changes:
        return locked
    if edition(locked) != seen:
        raise Stale
    for name, value in after.items():
        setattr(locked, name, value)
    derive(locked)
    locked.save(update_fields=[*_FIELDS, "search"])
    audit.record(actor, "vocabulary.service.edited", locked, at=now, changes=changes)
    return locked
