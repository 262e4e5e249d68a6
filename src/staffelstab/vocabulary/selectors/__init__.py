"""Reads of the vocabulary module."""
