"""The address of a mail server becomes Django's settings."""

import pytest

from playground.mail import settings_of


@pytest.mark.parametrize(
    ("url", "port", "starttls", "tls"),
    [
        ("smtp://host", 25, False, False),
        ("smtp+tls://host", 587, True, False),
        ("smtps://host", 465, False, True),
        ("smtps://host:99", 99, False, True),
    ],
)
def test_each_scheme_has_its_port_and_its_encryption(url: str, port: int, starttls: bool, tls: bool) -> None:
    found = settings_of(url)
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"], found["EMAIL_USE_TLS"], found["EMAIL_USE_SSL"]) == ("host", port, starttls, tls)


def test_a_password_may_hold_any_character() -> None:
    assert settings_of("smtps://ada:p%40ss%2F@host")["EMAIL_HOST_PASSWORD"] == "p@ss/"


def test_without_a_server_mail_is_printed() -> None:
    assert settings_of("")["EMAIL_BACKEND"].endswith("console.EmailBackend")
