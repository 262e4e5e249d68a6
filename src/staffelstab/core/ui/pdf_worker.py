"""Makes one PDF: HTML on standard input, PDF/UA-1 on standard output.

Runs as a short-lived process of its own: WeasyPrint and its fonts would stay in the memory of every web process
that has ever made one document.
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from weasyprint import HTML
from weasyprint.urls import URLFetcher, URLFetcherResponse

STATIC = Path(__file__).resolve().parents[1] / "static"
HOST = (
    "static.invalid"  # a name that can exist nowhere (RFC 6761): addresses under it mean the package's files
)
KINDS = {".css": "text/css", ".woff2": "font/woff2", ".svg": "image/svg+xml"}


class PackageOnly(URLFetcher):
    """Only files of the package's own static folder may be read: nothing from the network, nothing else from disk."""

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        """The file behind an address of ours, or what the address itself holds. Raises ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme == "data":
            response: URLFetcherResponse = super().fetch(url, headers)
            return response
        path = (STATIC / parts.path.lstrip("/")).resolve()
        if parts.hostname != HOST or not path.is_relative_to(STATIC) or path.suffix not in KINDS:
            raise ValueError(url)
        return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": KINDS[path.suffix]})


def main() -> None:
    text = sys.stdin.buffer.read().decode()
    document = HTML(string=text, base_url=f"http://{HOST}/", url_fetcher=PackageOnly())
    sys.stdout.buffer.write(document.write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    main()
