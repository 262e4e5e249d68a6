"""Accounts: who can sign in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from staffelstab.core.sorting import sort_key
from staffelstab.core.tenancy.models import KeyField
from staffelstab.core.tenancy.policies import ACCOUNT, ORGANISATION, Custom, Protection

_SIGN_IN = f"({ACCOUNT} IS NULL AND {ORGANISATION} IS NULL)"
_COLLEAGUE = "identity_is_colleague(id)"


class AccountManager(BaseUserManager["Account"]):
    """Accounts the active context may see."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:
        """Create an account; without a password it cannot sign in by password. E-mail is folded to lower case."""
        account = self.model(email=email.strip().lower(), **fields)
        account.sort_key = sort_key(account.display_name)
        account.set_password(password)
        account.save(using=self._db)
        return account


class Account(AbstractBaseUser):
    """A person who can sign in. One account may belong to several organisations."""

    protection: ClassVar[Protection] = Custom(
        # Before anybody is signed in there is no context and the login has to find the account by its e-mail;
        # a signed-in actor sees the own account and those of the active organisation.
        read=f"{_SIGN_IN} OR id = {ACCOUNT} OR {_COLLEAGUE}",
        write=f"{_SIGN_IN} OR id = {ACCOUNT} OR {_COLLEAGUE}",
        commands=("SELECT", "UPDATE", "INSERT"),
        reason="accounts span organisations",
    )

    id = KeyField()
    email = models.EmailField(max_length=254)
    display_name = models.CharField(max_length=150)
    sort_key = models.CharField(max_length=150, blank=True, editable=False)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    emailaddress_set: Any
    """The addresses by which allauth knows the account."""

    objects = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["display_name"]

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="account_email_unique")]

    def __str__(self) -> str:
        return self.display_name or self.email

    def correct(self, *, name: str, email: str) -> None:
        """Save another name and address, which signs in from now on. Raises IntegrityError for one that is taken."""
        self.display_name, self.sort_key, self.email = name, sort_key(name), email
        self.save(update_fields=["display_name", "sort_key", "email"])
        self.emailaddress_set.all().delete()
        self.emailaddress_set.create(email=email, verified=True, primary=True)

    @property
    def initials(self) -> str:
        """Up to two letters for the account menu."""
        words = [word for word in self.display_name.replace(".", " ").split() if word[0].isalpha()]
        return (
            "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"
        )
