"""Tenancy: whose data a transaction may see. The database enforces it; the ORM repeats it for clarity.

Public surface: :mod:`.context` (activate, current), :mod:`.models` (TenantModel, TenantForeignKey, managers),
:mod:`.policies` (the one helper that writes row-level security policies).
"""
