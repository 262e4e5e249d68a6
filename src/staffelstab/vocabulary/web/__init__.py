"""web of the vocabulary module."""
