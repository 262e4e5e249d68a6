"""web/forms of the identity module."""
