"""Reads of the identity module."""
