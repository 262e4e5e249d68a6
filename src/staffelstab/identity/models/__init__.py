"""Tables of the identity module."""

from staffelstab.identity.models.accounts import Account
from staffelstab.identity.models.deputies import RoleDeputy
from staffelstab.identity.models.memberships import Membership, RoleGrant
from staffelstab.identity.models.organisations import Network, NetworkMembership, Organisation

__all__ = ["Account", "Membership", "Network", "NetworkMembership", "Organisation", "RoleDeputy", "RoleGrant"]
