"""web/views of the identity module."""
