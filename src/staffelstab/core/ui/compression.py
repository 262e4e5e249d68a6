"""Pages travel compressed: a tenth of the bytes on a slow line (docs/adr/0024)."""

from __future__ import annotations

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

KINDS: Final = ("text/", "application/json", "application/problem+json", "image/svg+xml")
"""What shrinks; workbooks, PDF and pictures are compressed in themselves."""


class CompressionMiddleware(GZipMiddleware):
    """Django's compression, for texts only.

    It adds up to 100 random bytes to each answer, and the token of forms is another text each time, so that the size
    of a page does not give away what is in it (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Compress texts the browser takes compressed."""
        if not response.headers.get("Content-Type", "").startswith(KINDS):
            return response
        answer: HttpResponseBase = super().process_response(request, response)
        return answer
