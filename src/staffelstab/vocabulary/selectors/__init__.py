"""Reads of the vocabulary."""
