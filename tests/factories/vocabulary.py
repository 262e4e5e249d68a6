"""Rows of the vocabulary for tests. They work inside an active tenancy context."""

from __future__ import annotations

from typing import Any

import factory

from staffelstab.core.ids import new_id
from staffelstab.core.tenancy.context import current_organisation
from staffelstab.vocabulary.enums import Visibility
from staffelstab.vocabulary.models import Service
from staffelstab.vocabulary.services.catalogue import derive


class ServiceFactory(factory.django.DjangoModelFactory[Any]):
    """A service of the active organisation, findable by name, words and key."""

    class Meta:
        model = Service

    id = factory.LazyFunction(new_id)
    organisation_id = factory.LazyFunction(current_organisation)
    key = factory.Sequence(lambda n: f"99{n + 1:012}")
    name = factory.Sequence(lambda n: f"Leistung {n}")
    source = "Katalog"
    visibility = Visibility.HOUSE

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Any:
        service = model_class(*args, **kwargs)
        derive(service)
        service.save(force_insert=True)
        return service
