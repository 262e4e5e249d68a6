"""The demo: one network, four organisations, their import sheets, personas and measures.

Everything is a function of the day and the seed. No age and no birth date leaves this package: the invented
age structure only shows in the exit quarters and bands.
"""

from staffelstab.portal.domain.demo.build import build_demo
from staffelstab.portal.domain.demo.model import (
    Demo,
    DemoMeasure,
    DemoMembership,
    DemoNetwork,
    DemoOrganisation,
    DemoPersona,
)
from staffelstab.portal.domain.demo.tables import ServiceRow, read_services

__all__ = [
    "Demo",
    "DemoMeasure",
    "DemoMembership",
    "DemoNetwork",
    "DemoOrganisation",
    "DemoPersona",
    "ServiceRow",
    "build_demo",
    "read_services",
]
