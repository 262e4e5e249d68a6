"""Tables of the spine."""

from staffelstab.workforce.models.functions import FUNCTIONS
from staffelstab.workforce.models.imports import Import, ImportChange
from staffelstab.workforce.models.structure import Holding, Person, Position, Unit
from staffelstab.workforce.models.tasks import Responsibility, Task

__all__ = [
    "FUNCTIONS",
    "Holding",
    "Import",
    "ImportChange",
    "Person",
    "Position",
    "Responsibility",
    "Task",
    "Unit",
]
