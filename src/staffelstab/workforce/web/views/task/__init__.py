"""Screens about tasks: one task, and the register with export and changes of many."""
