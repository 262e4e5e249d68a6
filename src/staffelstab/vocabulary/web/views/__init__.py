"""web/views of the vocabulary module."""
