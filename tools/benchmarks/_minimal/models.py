"""The account of the minimal page: the table of our accounts with the fields a sign-in needs."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.db import models


class Account(AbstractBaseUser):
    """Somebody who can sign in. The table is Staffelstab's; nothing is written to it from here."""

    id = models.UUIDField(primary_key=True)
    email = models.EmailField(max_length=254, unique=True)
    display_name = models.CharField(max_length=150)
    is_active = models.BooleanField(default=True)

    USERNAME_FIELD = "email"

    class Meta:
        app_label = "minimal"
        managed = False
        db_table = "identity_account"

    def __str__(self) -> str:
        return self.display_name
