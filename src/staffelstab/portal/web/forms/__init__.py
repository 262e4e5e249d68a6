"""web/forms of the portal module."""
