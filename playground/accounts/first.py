"""The first account that may administer the site: made on a page, by whoever sits at this machine or has read its first lines of output.

Nobody else gets there, and nobody at all once there is an administrator.
"""

from __future__ import annotations

import hmac
from ipaddress import ip_address

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import authenticate, get_user_model
from django.contrib.auth import login as log_in
from django.contrib.auth.views import redirect_to_login
from django.db import DatabaseError, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from playground.accounts.forms import NewAccount

FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP")


def is_needed() -> bool:
    """Whether nobody may administer the site yet. Blocking."""
    return not get_user_model().objects.filter(is_superuser=True).exists()


def token() -> str:
    """The same in every process of the site, and known to those alone who can read its secret or its output."""
    return salted_hmac("logitscope.first", settings.SECRET_KEY, algorithm="sha256").hexdigest()[:32]


def invitation(url: str) -> str:
    """The line for the operator at start; empty where there is an administrator, or no database yet. Blocking."""
    try:
        return f"Create the administrator: {url.rstrip('/')}{reverse('panel-first')}?token={token()}" if is_needed() else ""
    except DatabaseError:
        return ""


@never_cache
@sensitive_post_parameters()
def page(request: HttpRequest) -> HttpResponse:
    """404 for whoever may not, as for a page that does not exist."""
    if not (is_needed() and _may(request)):
        raise Http404
    form = NewAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _create(request, form)
    context = {"heading": gettext("Create the administrator"), "form": form, "token": _token_of(request)}
    return render(request, "account/first.html", context)


@never_cache
def login(request: HttpRequest) -> HttpResponse:
    """Where the panel sends those whom it does not let in: to the site's login, or to the page above where an account is missing."""
    if _may(request) and is_needed():
        return redirect("panel-first")
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
    if admin.site.has_permission(request):
        return redirect("admin:index")
    return render(request, "account/no_panel.html", {"heading": gettext("Not for this account")}, status=403)


def _create(request: HttpRequest, form: NewAccount) -> HttpResponse:
    with transaction.atomic():
        if not is_needed():
            raise Http404
        user = form.save(commit=False)
        user.is_staff = user.is_superuser = True
        user.save()
    log_in(request, authenticate(request, username=user.username, password=form.cleaned_data["password1"]) or user)
    return redirect("admin:index")


def _may(request: HttpRequest) -> bool:
    return _is_here(request) or hmac.compare_digest(_token_of(request).encode(), token().encode())


def _token_of(request: HttpRequest) -> str:
    return str(request.POST.get("token") or request.GET.get("token") or "")


def _is_here(request: HttpRequest) -> bool:
    """From this machine itself. Behind a proxy everybody would seem to be, so that there only the token counts."""
    if settings.CONFIG.profile == "production" or any(header in request.META for header in FORWARDED):
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
