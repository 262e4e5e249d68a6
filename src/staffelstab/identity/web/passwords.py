"""The rule about words of context, as Django asks for it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from staffelstab.identity.domain.passwords import is_mere_context


class ContextWordsValidator:
    """Refuses passwords like ``Rathaus2026!``."""

    def validate(self, password: str, user: object = None) -> None:  # noqa: ARG002 - as Django calls it
        """Raise ValidationError when the password is made of words of context and little else."""
        if is_mere_context(password):
            raise ValidationError(self.get_help_text(), code="password_context")

    def get_help_text(self) -> str:
        """The rule in a sentence."""
        return _("The password consists of words that everybody tries first at an administration.")
