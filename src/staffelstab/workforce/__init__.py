"""The spine: units, positions, persons, holdings, tasks and responsibilities, and their import.

Everything else in Staffelstab hangs on the :class:`~staffelstab.workforce.models.Task`. This module knows who
is responsible for which task and until which quarter; it does not judge that (``foresight`` does) and it does
not describe how a task is done (``knowledge`` will). No birth date is stored anywhere.
"""
