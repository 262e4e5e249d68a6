"""Tables of the foresight module."""

from staffelstab.foresight.models.measures import Measure
from staffelstab.foresight.models.reports import NetworkRelease, Report
from staffelstab.foresight.models.risk import RiskRecord, RiskSettings

__all__ = ["Measure", "NetworkRelease", "Report", "RiskRecord", "RiskSettings"]
