"""Staffelstab."""
