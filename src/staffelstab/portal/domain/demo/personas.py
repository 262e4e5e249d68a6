"""The people one can sign in as with one click."""

from __future__ import annotations

from dataclasses import dataclass

from staffelstab.portal.domain.demo import stories
from staffelstab.portal.domain.demo.stories import Seat


@dataclass(frozen=True, kw_only=True)
class PersonaStory:
    """A persona before its personnel number is known; ``seat`` says who it is.

    ``also`` are further memberships: organisation, the seat held there or None, roles.
    """

    slug: str
    seat: Seat
    roles: tuple[tuple[str, str | None], ...]
    does: str
    look_first: str
    also: tuple[tuple[str, Seat | None, tuple[tuple[str, str | None], ...]], ...] = ()


PERSONAS = (
    PersonaStory(
        slug="kaya",
        seat=stories.KNOWLEDGE,
        roles=(("employee", None), ("knowledge_manager", None)),
        does="Nilgün Kaya hält das Verzeichnis der Aufgaben aktuell und sorgt für rechtzeitige Übergaben.",
        look_first="Öffnen Sie das Wissensrisiko: Welche Aufgaben werden in zwei Jahren rot?",
    ),
    PersonaStory(
        slug="wiebusch",
        seat=stories.HOUSING_CLERK,
        roles=(("employee", None),),
        does="Marianne Wiebusch bescheidet seit vielen Jahren Wohngeldanträge und geht in etwa 18 Monaten.",
        look_first="Sehen Sie unter „Meine Aufgaben“, was nur Sie können.",
    ),
    PersonaStory(
        slug="okafor",
        seat=stories.HOUSING_DEPUTY,
        roles=(("employee", None),),
        does="Jonas Okafor vertritt im Wohngeld und wird noch eingearbeitet.",
        look_first="Öffnen Sie „Wohngeldantrag bescheiden“: Ihre Vertretung ist noch nicht bereit.",
    ),
    PersonaStory(
        slug="sobotta",
        seat=stories.SOCIAL_HEAD,
        roles=(("employee", None), ("line_manager", "50")),
        does="Katharina Sobotta leitet das Sozialamt und plant Vertretungen und Nachfolgen.",
        look_first="Filtern Sie das Wissensrisiko auf das Sozialamt.",
    ),
    PersonaStory(
        slug="nguyen-harms",
        seat=stories.PERSONNEL,
        roles=(("employee", None), ("personnel", None)),
        does="Thomas Nguyen-Harms pflegt Stellen, Besetzungen und Austrittsquartale.",
        look_first="Importieren Sie eine Tabelle und sehen Sie sich die Vorschau an.",
    ),
    PersonaStory(
        slug="hoffstede",
        seat=stories.MAYOR,
        roles=(("employee", None), ("executive", None)),
        does="Birgit Hoffstede führt die Stadtverwaltung und berichtet dem Rat.",
        look_first="Lesen Sie den ersten Satz des Wissensrisikos: Er fasst die Lage zusammen.",
    ),
    PersonaStory(
        slug="krahl",
        seat=stories.STAFF_COUNCIL,
        roles=(("employee", None), ("privacy", None)),
        does="Elif Krahl vertritt die Beschäftigten und prüft, was gespeichert und ausgewertet wird.",
        look_first="Öffnen Sie die Seite „Was das System über Sie speichert“.",
    ),
    PersonaStory(
        slug="thielking",
        seat=stories.PLATFORM_ADMIN,
        roles=(("employee", None), ("administrator", None)),
        does="Rasmus Thielking betreibt Staffelstab im Rechenzentrum für alle Mitglieder.",
        look_first="Sehen Sie unter „Verwaltung“ nach Konten und Rollen.",
        also=(
            ("brueckenfeld", None, (("administrator", None),)),
            ("auental", None, (("administrator", None),)),
            ("kvl", None, (("administrator", None),)),
        ),
    ),
    PersonaStory(
        slug="haddad",
        seat=stories.ADVISOR,
        roles=(("employee", None), ("advisor", None)),
        does="Amira Haddad berät Kommunen im Kompetenzzentrum der Genossenschaft.",
        look_first="Sehen Sie, welche Aufgaben in Ihrer eigenen Organisation an einer Person hängen.",
    ),
    PersonaStory(
        slug="mollenhauer",
        seat=stories.OFFICE_HEAD,
        roles=(("employee", None), ("network_operator", None)),
        does="Friederike Mollenhauer leitet die Geschäftsstelle der Genossenschaft.",
        look_first="Öffnen Sie den Verbund mit seinen Mitgliedern und Anteilen.",
    ),
    PersonaStory(
        slug="petermoeller",
        seat=stories.AUENTAL_HOUSING,
        roles=(("employee", None),),
        does="Lukas Petermöller bescheidet Wohngeld in der Gemeinde Auental.",
        look_first="Dieselbe Aufgabe, ein anderes Haus: Öffnen Sie „Wohngeldantrag bescheiden“.",
    ),
    PersonaStory(
        slug="kolar",
        seat=stories.AUENTAL_KNOWLEDGE,
        roles=(("employee", None), ("knowledge_manager", None)),
        does="Ivana Kolar arbeitet je zur Hälfte in Auental und in der Beratung der Genossenschaft.",
        look_first="Wechseln Sie oben rechts die Organisation: Rollen und Daten wechseln mit.",
        also=(("kvl", stories.ADVISOR_2, (("employee", None), ("advisor", None))),),
    ),
)
