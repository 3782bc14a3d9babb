"""A room for pictures: a teacher's page, a projector's and some students', each in a context of its own. Does not know how a picture is taken."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page, expect

from tests.browser.playground import RUN_MS

Shoot = Callable[[Page, str], None]  # the page, the name of the scene
NAMES = (("Ann", "安安"), ("Bohan", "柏翰"), ("Emeka", "宜蓁"))


@dataclass
class Room:
    """``complaints``: what a page's console said that it should not."""

    url: str
    teacher: Page
    students: list[Page]
    shoot: Shoot
    complaints: list[str] = field(default_factory=list)
    code: str = ""

    def titled(self, english: str, chinese: str) -> str:
        """Which of the two the class speaks."""
        return chinese if self.teacher.evaluate("navigator.language") == "zh-TW" else english

    def open(self, title: str, lesson: str = "") -> None:
        self.teacher.goto(f"{self.url}/r/")
        self.teacher.locator("[name=title]").fill(title)
        if lesson:
            self.teacher.locator("[name=lesson]").select_option(lesson)
        self.teacher.get_by_test_id("open-room").click()
        expect(self.teacher.get_by_test_id("console")).to_be_visible()
        self.code = self.teacher.url.split("?")[0].rsplit("/", 1)[1]

    def join(self, before: str | None = None) -> None:
        """All come in; the first one's door is the picture ``before``."""
        for student, name in zip(self.students, NAMES, strict=True):
            student.goto(f"{self.url}/r/?code={self.code.lower()}")
            student.get_by_test_id("nickname").fill(self.titled(*name))
            if before and student is self.students[0]:
                self.shoot(student, before)
            student.get_by_test_id("enter").click()
            expect(student.get_by_test_id("status")).to_have_attribute("data-connection", "open")
            student.mouse.move(0, 0)  # off the text to come, which would say why

    def screen(self) -> Page:
        """The projector."""
        page = self.teacher.context.new_page()
        page.goto(f"{self.url}/r/{self.code}/screen")
        expect(page.get_by_test_id("screen")).to_be_visible()
        return page

    def set(self, name: str, value: str) -> None:
        """A number of the teacher's console."""
        self.teacher.get_by_test_id(name).fill(value)
        self.teacher.get_by_test_id(name).press("Enter")
        expect(self.teacher.get_by_test_id(name)).to_have_value(value)

    def drawer(self, name: str) -> None:
        self.teacher.get_by_test_id(f"drawer-{name}").click()

    def in_game(self, state: str, *pages: Page) -> None:
        """The game has come so far on the pages."""
        for page in pages:
            expect(page.locator(f'[data-testid="game"][data-state="{state}"]')).to_be_visible(timeout=RUN_MS)


@contextmanager
def room(browser: Browser, url: str, options: dict[str, Any], shoot: Shoot) -> Iterator[Room]:
    contexts = [browser.new_context(**options) for _ in range(1 + len(NAMES))]
    teacher, *students = (context.new_page() for context in contexts)
    found = Room(url, teacher, students, shoot)
    for context in contexts:
        context.on("weberror", lambda error: found.complaints.append(str(error.error)))
    try:
        yield found
    finally:
        for context in contexts:
            context.close()
    assert not found.complaints, found.complaints
