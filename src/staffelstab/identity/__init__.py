"""Accounts, organisations, networks, memberships, roles and login.

Knows who somebody is and which roles they hold where; knows nothing of positions or tasks. A role may be bound
to a unit: the unit's key is stored here, its tree lives in ``workforce``.
"""
