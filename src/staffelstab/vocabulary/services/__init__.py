"""Commands of the vocabulary module."""
