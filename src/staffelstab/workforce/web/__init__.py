"""web of the workforce module."""
