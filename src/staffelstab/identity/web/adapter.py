"""How allauth behaves here: no self-registration, addresses folded to lower case, our display name."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from staffelstab.identity.models import Account


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by an administrator, never by a visitor."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never."""
        return False


def display(account: Account) -> str:
    """The name shown for an account."""
    return str(account)
