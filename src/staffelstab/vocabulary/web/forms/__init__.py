"""web/forms of the vocabulary module."""
