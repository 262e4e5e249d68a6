"""web/views of the workforce module."""
