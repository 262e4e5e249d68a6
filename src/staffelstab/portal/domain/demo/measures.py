"""The measures that are already recorded when the demo opens."""

from __future__ import annotations

from dataclasses import dataclass

from staffelstab.portal.domain.demo import stories
from staffelstab.portal.domain.demo.stories import Seat


@dataclass(frozen=True, kw_only=True)
class StoryMeasure:
    """A measure on a task, due ``until_days`` after the day of the demo."""

    organisation: str
    task: str
    what: str
    seat: Seat
    until_days: int
    state: str


MEASURES = (
    StoryMeasure(
        organisation="brueckenfeld",
        task="Wohngeldantrag bescheiden",
        what="Vertretung einarbeiten: zwei Tage je Woche gemeinsam bescheiden",
        seat=stories.HOUSING_HEAD,
        until_days=270,
        state="running",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Wohngeldantrag bescheiden",
        what="Sonderfälle bei Selbstständigen in einer Sammlung festhalten",
        seat=stories.HOUSING_CLERK,
        until_days=180,
        state="planned",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Jahresabschluss Stadtkasse erstellen",
        what="Nächsten Abschluss zu zweit erstellen",
        seat=stories.CASHIER,
        until_days=140,
        state="planned",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Deichschau durchführen",
        what="Begehung im Herbst mit der Nachfolge durchführen und aufzeichnen",
        seat=stories.DYKES_2,
        until_days=350,
        state="planned",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Jahresmeldung an die Zusatzversorgung erstellen",
        what="Meldung nach Checkliste gemeinsam abgeben",
        seat=stories.PAY_2,
        until_days=95,
        state="running",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Brücken prüfen",
        what="Stelle vorzeitig ausschreiben",
        seat=stories.PERSONNEL,
        until_days=120,
        state="planned",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Denkmalrechtliche Erlaubnis erteilen",
        what="Amtshilfe mit der Gemeinde Auental vereinbaren",
        seat=stories.BUILDING_HEAD,
        until_days=60,
        state="running",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Schnittstelle Finanzverfahren betreuen",
        what="Betrieb an das Rechenzentrum Weserbogen übergeben",
        seat=stories.DIGITAL_HEAD,
        until_days=300,
        state="planned",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Gewerbesteuer veranlagen",
        what="Vertretung ist eingearbeitet und zeichnet selbst",
        seat=stories.TRADE_TAX_2,
        until_days=-75,
        state="done",
    ),
    StoryMeasure(
        organisation="brueckenfeld",
        task="Wahlhelfende einteilen",
        what="Ablaufplan der letzten Wahl beschreiben",
        seat=stories.ELECTIONS,
        until_days=-20,
        state="done",
    ),
    StoryMeasure(
        organisation="auental",
        task="Haushaltsplan aufstellen",
        what="Übergabegespräche mit Begleitung der Genossenschaft führen",
        seat=stories.AUENTAL_FINANCE,
        until_days=200,
        state="running",
    ),
    StoryMeasure(
        organisation="rzw",
        task="Stapelverarbeitung überwachen",
        what="Nachtläufe dokumentieren und zwei Personen einweisen",
        seat=stories.OPERATING,
        until_days=150,
        state="running",
    ),
    StoryMeasure(
        organisation="rzw",
        task="Altverfahren Unterhaltsvorschuss betreiben",
        what="Ablösung durch das Nachfolgeverfahren beauftragen",
        seat=stories.APPLICATIONS_HEAD,
        until_days=400,
        state="planned",
    ),
)
