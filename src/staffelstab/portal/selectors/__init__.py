"""Reads composed of several modules."""
