"""Rooms, who is in them, what was voted on, and what was handed in. The whole state of a lecture is here: a server that restarts loses nothing of it.

Runs are known by their ids alone; what they say is in their logs (``playground.runs``).
"""

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from playground.classroom.bounds import MAX_GUESS, MAX_LESSON_KEY, MAX_NICKNAME, MAX_QUESTION, MAX_TITLE, MAX_WHY
from playground.classroom.codes import CODE_LENGTH, new_code
from playground.quotas.models import Bounds
from playground.runs.models import new_id


class Room(models.Model):
    """One lecture. ``run`` is what the class sees; the class has seen its tokens before ``passed``, and waits before ``hold_at`` or where a rule says so."""

    id = models.CharField(max_length=32, primary_key=True, default=new_id, editable=False)
    code = models.CharField(_("code"), max_length=CODE_LENGTH, unique=True, default=new_code)
    teacher = models.CharField(_("teacher"), max_length=64, db_index=True)
    title = models.CharField(_("title"), max_length=MAX_TITLE)
    language = models.CharField(_("language"), max_length=8)
    model = models.CharField(_("pinned model"), max_length=64, blank=True)
    max_tokens = models.PositiveIntegerField(_("tokens that a student's run may take"), default=120)
    prompts = models.JSONField(_("starter prompts"), default=list, blank=True)
    capacity = models.PositiveIntegerField(_("most people"), default=300)
    expires = models.DateTimeField(_("expires"))
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    locked = models.BooleanField(_("nobody else may join"), default=False)
    forks_muted = models.BooleanField(_("students may not run"), default=False)
    scored = models.BooleanField(_("scores are kept"), default=True)
    live = models.BooleanField(_("the class follows"), default=True)
    run = models.CharField(_("run"), max_length=32, blank=True)
    passed = models.PositiveIntegerField(default=0, editable=False)
    reached = models.PositiveIntegerField(default=0, editable=False)  # tokens shown when a server last took note
    hold_at = models.PositiveIntegerField(null=True, blank=True, editable=False)
    every = models.PositiveIntegerField(_("pause every so many tokens"), null=True, blank=True)
    entropy = models.FloatField(_("pause where the entropy is at least"), null=True, blank=True)
    view = models.JSONField(default=dict, editable=False)  # what the teacher looks at
    lesson = models.CharField(_("lesson"), max_length=MAX_LESSON_KEY, blank=True)
    lesson_step = models.PositiveIntegerField(default=0, editable=False)
    version = models.PositiveBigIntegerField(default=0, editable=False)  # grows with every change
    created = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        ordering = ["-created"]
        verbose_name = _("room")
        verbose_name_plural = _("rooms")

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class RoomLimit(Bounds):
    """What the students of one room may do together, or, in the row without a room, those of each room that says nothing else."""

    room = models.OneToOneField(Room, models.CASCADE, null=True, blank=True, related_name="limit", verbose_name=_("room"))

    class Meta:
        ordering = [F("room__created").desc(nulls_first=True)]
        constraints = [models.UniqueConstraint(Coalesce("room", Value("")), name="one_limit_of_every_room")]
        verbose_name = _("limit of rooms")
        verbose_name_plural = _("limits of rooms")

    def __str__(self) -> str:
        return str(self.room) if self.room else gettext("every room")


class Participant(models.Model):
    """Somebody in a room, by a nickname. Who was removed stays known, so that they stay out."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="participants")
    person = models.CharField(max_length=64)
    nickname = models.CharField(_("nickname"), max_length=MAX_NICKNAME)
    key = models.CharField(max_length=2 * MAX_NICKNAME)  # equal for names that look alike
    removed = models.BooleanField(_("removed"), default=False)
    joined = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["joined", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["room", "person"], name="one_seat_a_person"),
            models.UniqueConstraint(fields=["room", "key"], condition=Q(removed=False), name="one_nickname_a_room"),
        ]

    def __str__(self) -> str:
        return self.nickname


class Presence(models.Model):
    """Participants of a room who have a socket at one web process, as it last said ``at`` some moment."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="presences")
    process = models.CharField(max_length=16)
    participants = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["room", "process"], name="one_presence_a_process")]


class Poll(models.Model):
    """A question to the class: which token comes at ``step``? ``table`` is what the model said, ``options`` what is offered, in its order.

    Or, of the kind ``choice``, a question of a lesson's ``step``: then ``text`` asks, the options number its answers, and the right one is "drawn".
    """

    TOKEN, CHOICE = "token", "choice"
    kind = models.CharField(max_length=12, default=TOKEN)
    text = models.CharField(max_length=MAX_QUESTION, blank=True)
    why = models.CharField(max_length=MAX_WHY, blank=True)
    room = models.ForeignKey(Room, models.CASCADE, related_name="polls")
    run = models.CharField(max_length=32)
    step = models.PositiveIntegerField()
    options = models.JSONField()  # ids in the table
    table = models.JSONField()  # of {id, piece (hex), p}, the likeliest first
    drawn = models.PositiveIntegerField()
    dice = models.JSONField()  # {greedy, u, low, high}
    opened = models.DateTimeField(auto_now_add=True)
    closed = models.DateTimeField(null=True)
    revealed = models.DateTimeField(null=True)
    left = models.DateTimeField(null=True)  # a choice: when the class went on

    class Meta:
        ordering = ["pk"]


class Vote(models.Model):
    """One person's answer. The points count once the poll is revealed."""

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="votes")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="votes")
    token = models.PositiveIntegerField(null=True)  # none: a guess that is not among the model's likeliest
    guess = models.CharField(max_length=MAX_GUESS, blank=True)
    p = models.FloatField()
    insight = models.FloatField()
    luck = models.FloatField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["poll", "participant"], name="one_vote_a_person")]


class Game(models.Model):
    """A guessing game. ``cards`` are the texts in the order shown: ``{run, ids, value, text, cut, tokens}``, the last three once they are made; ``ids`` are those of a person's text.

    ``tokens`` are ``[piece (hex), surprisal in bits]``. Times say how far it has come, ``fault`` why it cannot be played.
    """

    room = models.ForeignKey(Room, models.CASCADE, related_name="games")
    kind = models.CharField(max_length=8)
    model = models.CharField(max_length=128)
    prompt = models.TextField()
    setting = models.CharField(max_length=24, blank=True)
    values = models.JSONField(default=list)  # on offer, ascending
    cards = models.JSONField()
    fault = models.JSONField(null=True)  # {code, message}
    created = models.DateTimeField(auto_now_add=True)
    made = models.DateTimeField(null=True)
    opened = models.DateTimeField(null=True)
    closed = models.DateTimeField(null=True)
    revealed = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]


class Answer(models.Model):
    """One person's answer to a game. The points count once it is revealed."""

    game = models.ForeignKey(Game, models.CASCADE, related_name="answers")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="answers")
    picks = models.JSONField()
    right = models.PositiveIntegerField()
    points = models.FloatField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["game", "participant"], name="one_answer_a_person")]


class HandIn(models.Model):
    """A run that a student gave to the teacher."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="hand_ins")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="hand_ins")
    run = models.CharField(max_length=32)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["room", "run"], name="handed_in_once")]


class Moment(models.Model):
    """What the class saw at one time: so many tokens of a run, or (``view``) where the teacher looked. Nobody is named."""

    room = models.ForeignKey(Room, models.CASCADE, related_name="moments")
    at = models.DateTimeField()
    run = models.CharField(max_length=32, blank=True)
    tokens = models.PositiveIntegerField(null=True)
    view = models.JSONField(null=True)

    class Meta:
        ordering = ["at", "pk"]


class Lecture(models.Model):
    """The session that a room's lecture replays in. ``runs``: of those that the class saw, their copies there."""

    room = models.OneToOneField(Room, models.CASCADE, related_name="lecture")
    session = models.CharField(max_length=32, blank=True)
    runs = models.JSONField(default=dict)
