"""Commands of the workforce module."""
