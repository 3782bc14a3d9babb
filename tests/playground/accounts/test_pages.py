"""Accounts as people use them: sign up, log in and out, passwords, the mail, leaving; and what they refuse."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from playground.accounts.attempts import address_of
from playground.quotas import services as quotas
from playground.runs import people
from playground.runs.models import PromptSession, Run

pytestmark = pytest.mark.django_db
PASSWORD, OTHER = "a long walk by the river", "another walk by the sea"
NEW = {"username": "ada", "email": "ada@example.org", "password1": PASSWORD, "password2": PASSWORD}
TEXTS = {"en": "Log in", "zh-hant": "登入", "zh-hans": "登录"}


@pytest.fixture(autouse=True)
def no_attempts_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ada() -> User:
    return User.objects.create_user("ada", "ada@example.org", PASSWORD)


@pytest.fixture
def inside(client: Client, ada: User) -> Client:
    client.force_login(ada)
    return client


def configure(monkeypatch: pytest.MonkeyPatch, **values: Any) -> None:
    monkeypatch.setattr(settings, "CONFIG", settings.CONFIG.model_copy(update=values))


def log_in(client: Client, password: str = PASSWORD, username: str = "ada", **more: Any) -> Any:
    return client.post(reverse("log-in"), {"username": username, "password": password, **more})


def work_of(client: Client) -> str:
    """A session that the client's person has made; returns its id."""
    client.get("/healthz")
    person = people.person_in(client.cookies[people.COOKIE].value)
    assert person is not None
    return PromptSession.objects.create(owner=person, title="A fox").pk


def sees(client: Client, session: str) -> bool:
    return bool(client.get(f"/api/sessions/{session}").status_code == 200)


def is_inside(client: Client) -> bool:
    return bool(client.get(reverse("account")).status_code == 200)


def test_a_visitor_signs_up_and_is_logged_in_with_what_was_made_before(client: Client) -> None:
    session = work_of(client)
    assert client.post(reverse("sign-up"), NEW).headers["Location"] == "/"
    assert is_inside(client)
    assert PromptSession.objects.get().owner == people.person_of_account(User.objects.get().pk)
    assert sees(client, session)


def test_anonymous_work_becomes_the_accounts_at_login_and_is_seen_in_every_browser(client: Client, ada: User) -> None:
    session = work_of(client)
    log_in(client)
    elsewhere = Client()
    elsewhere.force_login(ada)
    elsewhere.get("/healthz")
    assert sees(elsewhere, session)
    client.post(reverse("log-out"))
    assert not sees(client, session)


def test_tokens_of_the_day_that_were_taken_before_the_login_count_after_it(client: Client, ada: User) -> None:
    client.get("/")
    anonymous, account = people.person_in(client.cookies[people.COOKIE].value) or "", people.person_of_account(ada.pk)
    quotas.reserve("a", [quotas.Share(anonymous, quotas.of_person(anonymous))], 70)
    log_in(client)
    assert (quotas.tokens_today(anonymous), quotas.tokens_today(account)) == (0, 70)


def test_one_accounts_work_does_not_go_over_to_the_next_one_in_the_same_browser(client: Client, ada: User) -> None:
    User.objects.create_user("eve", password=PASSWORD)
    session = work_of(client)
    log_in(client)
    client.post(reverse("log-out"))
    log_in(client, username="eve")
    assert not sees(client, session)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": "ADA"}, "username"),
        ({"username": "a b"}, "username"),
        ({"username": "x" * 151}, "username"),
        ({"email": "nowhere"}, "email"),
        ({"password2": "else"}, "password2"),
        ({"password1": "12345678", "password2": "12345678"}, "password1"),
        ({"username": "a\x00b"}, "username"),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(client: Client, ada: User, fields: dict[str, str], field: str) -> None:
    answer = client.post(reverse("sign-up"), {**NEW, "username": "grace", **fields})
    assert list(answer.context["form"].errors) == [field]
    content = answer.content.decode()
    assert f'id="id_{field}_error"' in content
    assert re.findall(r'name="(\w+)"[^>]* autofocus', content) == [field]
    assert User.objects.count() == 1


def test_sign_up_can_be_switched_off(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, signup=False)
    assert client.get(reverse("sign-up")).status_code == 404
    assert client.post(reverse("sign-up"), NEW).status_code == 404
    assert reverse("sign-up") not in client.get(reverse("log-in")).content.decode()


@pytest.mark.parametrize("page", ["log-in", "sign-up"])
@pytest.mark.parametrize(
    "foreign", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example", "http:evil.example"]
)
def test_nobody_is_sent_to_a_foreign_page(client: Client, ada: User, page: str, foreign: str) -> None:
    form = {"username": "ada", "password": PASSWORD} if page == "log-in" else {**NEW, "username": "grace"}
    assert client.post(reverse(page), {**form, "next": foreign}).headers["Location"] == "/"


def test_whoever_logs_in_goes_on_where_they_were(client: Client, ada: User) -> None:
    assert log_in(client, next="/compare?x=1").headers["Location"] == "/compare?x=1"


def test_a_login_begins_a_new_session(client: Client, ada: User) -> None:
    client.get("/")
    planted = client.session
    planted["x"] = 1
    planted.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted.session_key or ""
    log_in(client)
    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted.session_key


def test_after_too_many_wrong_passwords_the_right_one_waits_too(client: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, login_attempts=3)
    assert [log_in(client, "wrong").status_code for _ in range(3)] == [200, 200, 200]
    answer = log_in(client)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert "Try again in" in answer.content.decode()
    assert log_in(client, username="ADA").status_code == 429
    assert not is_inside(client)


def test_one_persons_wrong_passwords_hinder_nobody_else(client: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, login_attempts=1)
    log_in(client, "wrong", "eve")
    assert log_in(client).status_code == 302


def test_an_address_has_its_limit_whatever_the_names(client: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, login_attempts=1)
    for number in range(10):
        log_in(client, "wrong", f"name-{number}")
    assert log_in(client).status_code == 429
    assert log_in(Client(REMOTE_ADDR="192.0.2.7")).status_code == 302


def test_right_passwords_are_not_counted(client: Client, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, login_attempts=1)
    assert [log_in(Client()).status_code for _ in range(3)] == [302, 302, 302]


def test_an_address_makes_so_many_accounts_in_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, signups_per_hour=2)
    statuses = [Client().post(reverse("sign-up"), {**NEW, "username": f"name-{number}"}).status_code for number in range(3)]
    assert statuses == [302, 302, 429]
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "198.51.100.1", "192.0.2.7"),
        (1, "203.0.113.9, 198.51.100.1", "198.51.100.1"),
        (2, "198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "192.0.2.7"),
    ],
)
def test_a_forwarded_address_is_believed_as_far_as_there_are_proxies(
    monkeypatch: pytest.MonkeyPatch, rf: Any, proxies: int, header: str, address: str
) -> None:
    configure(monkeypatch, trusted_proxies=proxies)
    assert address_of(rf.get("/", REMOTE_ADDR="192.0.2.7", HTTP_X_FORWARDED_FOR=header)) == address


def test_a_household_of_addresses_is_one(rf: Any) -> None:
    assert address_of(rf.get("/", REMOTE_ADDR="2001:db8::1")) == address_of(rf.get("/", REMOTE_ADDR="2001:db8::ffff:2"))
    assert address_of(rf.get("/", REMOTE_ADDR="")) == ""


def test_a_changed_password_logs_out_the_other_browsers(inside: Client, ada: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(ada)
    answer = inside.post(reverse("password"), {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}, follow=True)
    assert "Your password is changed." in answer.content.decode()
    assert is_inside(inside)
    assert not is_inside(elsewhere)
    assert log_in(Client(), OTHER).status_code == 302


def test_the_old_password_is_guessed_no_more_often_than_at_the_login(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(monkeypatch, login_attempts=2)
    wrong = {"old_password": "wrong", "new_password1": OTHER, "new_password2": OTHER}
    assert [inside.post(reverse("password"), wrong).status_code for _ in range(3)] == [200, 200, 429]
    assert inside.post(reverse("leave"), {"password": PASSWORD}).status_code == 429


def test_the_address_is_changed_with_the_password_alone(inside: Client, ada: User) -> None:
    assert inside.post(reverse("account"), {"email": "eve@example.org", "password": "wrong"}).context["form"].errors["password"]
    inside.post(reverse("account"), {"email": "new@example.org", "password": PASSWORD})
    ada.refresh_from_db()
    assert ada.email == "new@example.org"


@pytest.mark.parametrize(
    ("language", "subject", "words"),
    [("en", "a new password", "works once"), ("zh-hant", "重設密碼", "只能使用一次"), ("zh-hans", "重置密码", "只能使用一次")],
)
def test_a_forgotten_password_is_replaced_by_a_mail_in_the_readers_language(
    client: Client, ada: User, language: str, subject: str, words: str
) -> None:
    client.post(reverse("reset"), {"email": "ADA@example.org"}, headers={"accept-language": language})
    (message,) = mail.outbox
    assert (message.to, subject in message.subject, words in str(message.body)) == (["ada@example.org"], True, True)
    link = re.search(r"http://testserver(/\S+)", str(message.body)).group(1)  # type: ignore[union-attr]
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"new_password1": OTHER, "new_password2": OTHER})
    assert log_in(Client(), OTHER).status_code == 302
    assert not client.get(link, follow=True).context["validlink"]


def test_a_stranger_learns_nothing_from_asking_for_a_mail(client: Client, ada: User) -> None:
    answers = [client.post(reverse("reset"), {"email": email}) for email in ("ada@example.org", "nobody@example.org")]
    assert [answer.headers["Location"] for answer in answers] == [reverse("reset-sent")] * 2
    assert len(mail.outbox) == 1


def test_nobodys_mailbox_is_flooded(client: Client, ada: User) -> None:
    statuses = [client.post(reverse("reset"), {"email": "ada@example.org"}).status_code for _ in range(5)]
    assert statuses == [302, 302, 302, 429, 429]
    assert len(mail.outbox) == 3


def test_whoever_leaves_takes_all_of_their_work_along(inside: Client, ada: User) -> None:
    person = people.person_of_account(ada.pk)
    session = PromptSession.objects.create(owner=person)
    Run.objects.create(owner=person, session=session, model="stories", spec={})
    Run.objects.create(owner=person, model="stories", spec={})
    Run.objects.create(owner="somebody", model="stories", spec={})
    assert inside.post(reverse("leave"), {"password": "wrong"}).status_code == 200
    assert inside.post(reverse("leave"), {"password": PASSWORD}).headers["Location"] == "/"
    assert not User.objects.exists()
    assert (PromptSession.objects.count(), [run.owner for run in Run.objects.all()]) == (0, ["somebody"])
    assert not is_inside(inside)


def test_what_an_account_did_stays_in_the_audit_log_without_its_name(client: Client, ada: User) -> None:
    LogEntry.objects.log_actions(ada.pk, [ada], CHANGE, "x", single_object=True)
    client.force_login(ada)
    client.post(reverse("leave"), {"password": PASSWORD})
    ada.refresh_from_db()
    assert (ada.username, ada.email, ada.is_active) == (f"deleted-{ada.pk}", "", False)
    assert LogEntry.objects.get().user == ada
    assert log_in(Client()).status_code == 200


def test_the_last_administrator_stays(client: Client) -> None:
    client.force_login(User.objects.create_superuser("ada", password=PASSWORD))
    assert "only account that may administer" in client.post(reverse("leave"), {"password": PASSWORD}).content.decode()
    User.objects.create_superuser("grace", password=PASSWORD)
    assert client.post(reverse("leave"), {"password": PASSWORD}).status_code == 302
    assert [user.username for user in User.objects.all()] == ["grace"]


def test_a_foreign_page_logs_nobody_out(inside: Client, ada: User) -> None:
    assert inside.get(reverse("log-out")).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ada)
    assert strict.post(reverse("log-out")).status_code == 403
    assert is_inside(strict)


@pytest.mark.parametrize("page", ["account", "password", "leave"])
def test_ones_own_pages_ask_for_a_login_first(client: Client, page: str) -> None:
    assert client.get(reverse(page)).headers["Location"] == f"{reverse('log-in')}?next={reverse(page)}"


def test_a_blocked_account_does_not_get_in(client: Client, ada: User) -> None:
    User.objects.update(is_active=False)
    assert log_in(client).status_code == 200
    assert not is_inside(client)


def test_the_panel_takes_the_sites_login_and_says_so_to_who_may_not_enter(client: Client, ada: User) -> None:
    User.objects.create_superuser("grace", password=PASSWORD)
    answer = client.get(reverse("admin:index"), follow=True)
    assert answer.redirect_chain[-1][0] == f"{reverse('log-in')}?next=/admin/"
    log_in(client)
    refused = client.get(reverse("admin:index"), follow=True)
    assert refused.status_code == 403
    assert "may not administer" in refused.content.decode()
    client.post(reverse("log-out"))
    assert log_in(client, username="grace", next="/admin/").headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("language", TEXTS)
def test_the_pages_speak_the_readers_language(inside: Client, language: str) -> None:
    header = {"accept-language": language}
    assert TEXTS[language] in Client().get(reverse("log-in"), headers=header).content.decode()
    for page in ("account", "password", "leave", "reset", "reset-sent"):
        content = inside.get(reverse(page), headers=header).content.decode()
        visible = re.sub(r"<svg.*?</svg>|<script.*?</script>|<[^>]+>", " ", content.split("<main")[1], flags=re.S)
        latin = set(re.findall(r"[A-Za-z]{2,}", visible)) - {"ada", "class", "account"}
        assert language == "en" or not latin, (page, latin)


def test_the_page_says_whose_it_is(inside: Client) -> None:
    assert inside.get("/").context["boot"]["account"] == {"name": "ada", "panel": False}
    assert Client().get("/").context["boot"]["account"] is None


def test_the_panels_own_password_page_leads_to_the_sites(inside: Client) -> None:
    assert inside.get(reverse("admin:password_change")).headers["Location"] == reverse("password")


def test_expired_logins_are_pruned(inside: Client) -> None:
    Session.objects.create(session_key="old", session_data="", expire_date="2000-01-01T00:00Z")
    call_command("prune", dry_run=True)
    assert Session.objects.count() == 2
    call_command("prune")
    assert is_inside(inside)
    assert Session.objects.count() == 1
