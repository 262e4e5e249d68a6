"""The group threshold."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from staffelstab.identity.models import Organisation
from staffelstab.identity.selectors.thresholds import group_threshold
from tests.world import World


def test_threshold_is_seven_until_the_house_sets_another(world: World) -> None:
    with world.inside():
        assert group_threshold() == 7
        Organisation.objects.filter(pk=world.organisation.pk).update(group_threshold=10)
        assert group_threshold() == 10


def test_database_refuses_a_threshold_below_five(world: World) -> None:
    with world.inside(), pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.filter(pk=world.organisation.pk).update(group_threshold=4)
