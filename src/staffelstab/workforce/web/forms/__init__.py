"""web/forms of the workforce module."""
