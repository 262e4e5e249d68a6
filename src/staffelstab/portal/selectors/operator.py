"""Who runs this installation, from the environment: the same on every page, before and after sign-in."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator as the imprint names it; empty values are shown as missing to administrators and visitors."""

    name: str
    address: str
    email: str
    phone: str
    representative: str
    privacy_contact: str

    @property
    def lines(self) -> list[str]:
        """The address, a line each."""
        return [line.strip() for line in self.address.split("|") if line.strip()]

    @property
    def complete(self) -> bool:
        """Whether the legally required details are there."""
        return all((self.name, self.address, self.email, self.representative, self.privacy_contact))


def operator() -> Operator:
    """The operator of this installation."""
    return Operator(**settings.OPERATOR)
