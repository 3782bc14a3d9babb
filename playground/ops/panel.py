"""The admin panel's content security policy. Knows nothing of what the panel shows.

Unfold is drawn by Alpine.js, which makes functions out of attributes ('unsafe-eval') and sets styles inline. So the site's policy is
relaxed under the panel's address and nowhere else. Inline scripts stay forbidden there too.
"""

from __future__ import annotations

from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


class PanelPolicy:
    """Stands inside of the middleware that writes the header."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(reverse("admin:index")):
            response._csp_replace = POLICY  # type: ignore[attr-defined]
        return response
