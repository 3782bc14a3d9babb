"""What people fill in about their accounts. Knows nothing of pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import UserCreationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class NewAccount(UserCreationForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A name and a password, and an address for whoever forgets it."""

    email = forms.EmailField(
        label=_("Email"),
        required=False,
        max_length=254,
        help_text=_("Only for the case that you forget your password. You may leave it empty."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    class Meta(UserCreationForm.Meta):
        model = User
        fields = ("username", "email")
        help_texts = {"username": _("Letters, digits and @ . + - _")}

    def validate_password_for_user(self, user: User, password_field_name: str = "password1") -> None:  # noqa: S107  # a field's name
        """What is wrong with a password is said beside its rules; Django says it of the confirmation."""
        super().validate_password_for_user(user, password_field_name)  # type: ignore[misc]  # the stubs do not know it


class Asked(forms.Form):
    """Whoever changes something for good says the password once more."""

    password = forms.CharField(
        label=_("Your password"), strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )

    def __init__(self, user: User, *arguments: Any, **named: Any) -> None:
        self.user = user
        super().__init__(*arguments, **named)

    def clean_password(self) -> str:
        given: str = self.cleaned_data["password"]
        if not self.user.check_password(given):
            raise ValidationError(_("This is not your password."), code="password")
        return given


class Email(Asked):
    email = forms.EmailField(label=_("Email"), required=False, max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"}))
    field_order = ["email", "password"]
