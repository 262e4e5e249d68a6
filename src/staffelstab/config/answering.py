"""``python -m staffelstab.config.answering [PORT]`` says whether the web server of this machine answers.

For health checks of containers: one short word each, because some engines take the words of a check apart at blanks.
"""

from __future__ import annotations

import sys
import urllib.error
import urllib.request

from staffelstab.config import env

_PATIENCE = 5.0  # seconds


def ask(url: str) -> None:
    """Ask for the page of health. Raises OSError (urllib's errors are such) when it does not come or says 503."""
    known = env.words("STAFFELSTAB_HOSTS", "localhost")[0].lstrip(".")
    request = urllib.request.Request(url, headers={"Host": known})
    with urllib.request.urlopen(request, timeout=_PATIENCE):
        pass


def main(arguments: list[str]) -> int:
    """Return the exit status: 0 it answers, 1 it does not, with a sentence on stderr."""
    port = arguments[0] if arguments else "8000"
    try:
        ask(f"http://localhost:{port}/gesundheit/")
    except OSError as error:
        sys.stderr.write(f"The web server does not answer on port {port}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
