"""`python -m tests.guards.make_matrix [FILE]`: write what every address answers now, to be reviewed row by row.

The result is an observation, not the rule: compare each row with the permission tables before it replaces
`access_matrix.csv`. Without FILE only what differs from that file is printed.
"""

import os
import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    if len(sys.argv) > 1:
        os.environ["STAFFELSTAB_TEST_MATRIX"] = sys.argv[1]
    program = Path(__file__).with_name("observe_matrix.py")
    sys.exit(pytest.main([str(program), "-q", "-s", "-p", "no:cacheprovider"]))
