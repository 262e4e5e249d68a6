"""Screens of the identity module."""
