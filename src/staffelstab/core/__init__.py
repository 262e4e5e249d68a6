"""What every module needs and no business word describes: tenancy, actors, permissions, audit, outbox, jobs, errors.

``core`` imports nothing from the other modules. If a class here would need the word *task*, *learning unit* or
*handover*, it belongs into the module of that word.
"""
