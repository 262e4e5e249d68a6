"""Tables of the identity module."""

from staffelstab.identity.models.accounts import Account
from staffelstab.identity.models.deputies import RoleDeputy
from staffelstab.identity.models.functions import FUNCTIONS
from staffelstab.identity.models.logos import OrganisationLogo
from staffelstab.identity.models.memberships import Membership, RoleGrant
from staffelstab.identity.models.organisations import Network, NetworkMembership, Organisation
from staffelstab.identity.models.sign_ins import SIGN_IN_DAYS, SignInEntry
from staffelstab.identity.models.staff import Operator, StaffSession

__all__ = [
    "FUNCTIONS",
    "SIGN_IN_DAYS",
    "Account",
    "Membership",
    "Network",
    "NetworkMembership",
    "Operator",
    "Organisation",
    "OrganisationLogo",
    "RoleDeputy",
    "RoleGrant",
    "SignInEntry",
    "StaffSession",
]
