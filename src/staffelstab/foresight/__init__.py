"""Foresight: which tasks will lose their knowledge, when, and why.

For: exits of staff over time, knowledge risk per task, scenarios, measures recorded against a risk. Not for:
the register itself (`workforce`), task pages (`knowledge`). It reads the register and never changes it.

Public surface: `services`, `selectors`, and the pure arithmetic of `domain`.
"""
