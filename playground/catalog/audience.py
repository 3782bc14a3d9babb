"""Who may use a model. Knows nothing of how one logs in."""

from __future__ import annotations

from django.db.models import Q

from playground.catalog.models import Model
from playground.runs.people import account_in


def open_to(person: str) -> Q:
    """The models that ``person`` may use, to filter rows by. An API key is nobody's account: it may use what everybody may."""
    everybody = Q(audience=Model.Audience.EVERYBODY)
    account = account_in(person)
    if account is None:
        return everybody
    return everybody | Q(audience=Model.Audience.SIGNED_IN) | Q(audience=Model.Audience.GROUPS, groups__user=account)
