"""Reads of the workforce module."""
