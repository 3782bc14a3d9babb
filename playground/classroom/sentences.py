"""Refusals as sentences in the reader's language, for pages that the server draws."""

from __future__ import annotations

from django.utils.translation import gettext

from playground.live.refusals import RunRefused


def sentence(refused: RunRefused) -> str:
    """What went wrong, and the bound where there is one. A code that is not known here speaks for itself."""
    error = refused.errors[0]
    known = {
        "no_room": gettext("There is no room with this code. Look again at the screen: codes have six characters."),
        "room_over": gettext("This room has ended. Ask your teacher for the code of the new one."),
        "nothing_to_replay": gettext("There is nothing to replay yet: the class has to see a run to its end first."),
        "no_room_to_keep": gettext("The lecture cannot be kept: what you keep takes all the space that you have. Delete some sessions first."),
        "bad_title": gettext("Give the room a title of 1 to 120 characters."),
        "too_many_rooms": gettext("You have 8 rooms open. End one of them first."),
        "too_many_prompts": gettext("At most 8 starter prompts, please."),
        "prompt_long": gettext("A starter prompt has at most 600 characters."),
    }
    fields = {
        "hours": gettext("Hours lie between %(bound)s."),
        "capacity": gettext("The number of people lies between %(bound)s."),
        "max_tokens": gettext("Tokens of a student's run lie between %(bound)s."),
    }
    bound = (error.bound or "").replace(">= ", "").replace("<= ", "").replace(", ", " – ")
    return known.get(error.code) or (fields.get(error.field or "", "") % {"bound": bound} if error.field in fields else error.message)
