"""The pages of accounts: sign up, log in and out, passwords, leaving. Shells over Django's own; the texts are in ``templates/account``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.models import User
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from playground.accounts import attempts, leaving
from playground.accounts.attempts import Limit
from playground.accounts.forms import Asked, Email, NewAccount


class Limited:
    """A form that may be sent so often. ``limits`` says how often; ``counts_success``: or only what was wrong?"""

    request: HttpRequest
    counts_success = False

    def limits(self) -> list[Limit]:
        raise NotImplementedError

    def post(self, request: HttpRequest, *arguments: Any, **named: Any) -> HttpResponse:
        if seconds := attempts.wait(self.limits()):
            return too_many(request, seconds)
        return super().post(request, *arguments, **named)  # type: ignore[misc,no-any-return]

    def form_valid(self, form: Any) -> HttpResponse:
        if self.counts_success:
            attempts.count(self.limits())
        return super().form_valid(form)  # type: ignore[misc,no-any-return]

    def form_invalid(self, form: Any) -> HttpResponse:
        if not self.counts_success:
            attempts.count(self.limits())
        _focus(form)
        return super().form_invalid(form)  # type: ignore[misc,no-any-return]


def too_many(request: HttpRequest, seconds: int) -> HttpResponse:
    response = render(request, "account/too_many.html", {"heading": gettext("Too many attempts"), "minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response


class LogIn(Limited, views.LoginView):
    template_name = "account/log_in.html"
    extra_context = {"heading": _("Log in")}
    redirect_authenticated_user = True

    def limits(self) -> list[Limit]:
        return attempts.passwords(self.request, self.request.POST.get("username", ""))

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(signup=settings.CONFIG.signup, **more)


class LogOut(views.LogoutView):
    """By POST alone: no foreign page can do it."""


@method_decorator([sensitive_post_parameters(), never_cache], name="dispatch")
class SignUp(Limited, views.RedirectURLMixin, FormView):  # type: ignore[type-arg]  # not subscriptable at run time
    template_name = "account/sign_up.html"
    extra_context = {"heading": _("Sign up")}
    form_class = NewAccount
    next_page = settings.LOGIN_REDIRECT_URL
    counts_success = True

    def dispatch(self, request: HttpRequest, *arguments: Any, **named: Any) -> Any:
        if not settings.CONFIG.signup:
            raise Http404
        return redirect(self.get_success_url()) if request.user.is_authenticated else super().dispatch(request, *arguments, **named)

    def limits(self) -> list[Limit]:
        return attempts.sign_ups(self.request)

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(next=self.get_redirect_url(), **more)

    def form_valid(self, form: NewAccount) -> HttpResponse:
        login(self.request, form.save(), backend="django.contrib.auth.backends.ModelBackend")
        return super().form_valid(form)


class OfOneself:
    """Whoever is logged in, and guesses the password no more often than at the login."""

    request: HttpRequest

    def limits(self) -> list[Limit]:
        return attempts.passwords(self.request, self.request.user.get_username())


@method_decorator([sensitive_post_parameters(), never_cache, login_required], name="dispatch")
class Account(OfOneself, Limited, FormView):  # type: ignore[type-arg]  # not subscriptable at run time
    """What there is to change; the address at once."""

    template_name = "account/account.html"
    extra_context = {"heading": _("Your account")}
    form_class = Email
    success_url = reverse_lazy("account")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def get_initial(self) -> dict[str, Any]:
        return {"email": _user(self.request).email}

    def form_valid(self, form: Email) -> HttpResponse:
        form.user.email = form.cleaned_data["email"]
        form.user.save(update_fields=["email"])
        messages.success(self.request, gettext("Saved."))
        return super().form_valid(form)


class ChangePassword(OfOneself, Limited, views.PasswordChangeView):
    template_name = "account/password.html"
    extra_context = {"heading": _("Change the password")}
    success_url = reverse_lazy("account")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        messages.success(self.request, gettext("Your password is changed. Other browsers are logged out."))
        return super().form_valid(form)


@method_decorator([sensitive_post_parameters(), never_cache, login_required], name="dispatch")
class Leave(OfOneself, Limited, FormView):  # type: ignore[type-arg]  # not subscriptable at run time
    template_name = "account/leave.html"
    extra_context = {"heading": _("Delete the account")}
    form_class = Asked
    success_url = reverse_lazy("playground")

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: Asked) -> HttpResponse:
        try:
            leaving.delete(_user(self.request))
        except leaving.LastAdministrator:
            form.add_error(None, _("Yours is the only account that may administer this site. Make another one first."))
            return self.form_invalid(form)
        logout(self.request)
        return super().form_valid(form)


class ResetPassword(Limited, views.PasswordResetView):
    """Answers the same whether there is such an account or not."""

    template_name = "account/reset.html"
    extra_context = {"heading": _("Reset the password")}
    email_template_name = "account/email/reset.txt"
    subject_template_name = "account/email/reset_subject.txt"
    success_url = reverse_lazy("reset-sent")
    counts_success = True

    def limits(self) -> list[Limit]:
        return attempts.mails(self.request, self.request.POST.get("email", ""))


class ResetSent(views.PasswordResetDoneView):
    template_name = "account/reset_sent.html"
    extra_context = {"heading": _("Look into your mail")}


class NewPassword(views.PasswordResetConfirmView):
    """Reached by the link in the mail, which works once."""

    template_name = "account/new_password.html"
    extra_context = {"heading": _("Choose a new password")}
    success_url = reverse_lazy("log-in")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        messages.success(self.request, gettext("Your password is changed. You can log in with it now."))
        return super().form_valid(form)  # type: ignore[arg-type]


def _focus(form: BaseForm) -> None:
    """The field that is wrong is where one goes on, and what is wrong with it is read out."""
    wrong = next((name for name in form.fields if name in form.errors), None)
    for name, field in form.fields.items() if wrong else ():
        field.widget.attrs["autofocus"] = name == wrong


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user
