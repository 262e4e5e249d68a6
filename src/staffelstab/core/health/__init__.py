"""Is this installation well? What `staffelstab check` prints and monitoring scrapes.

`checks` puts the questions together, `database`, `surroundings` and `queue` answer them, `metrics` counts requests.
Nothing here names a person or, unless the operator asks for it, an organisation.
"""
