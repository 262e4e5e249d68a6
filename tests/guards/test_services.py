"""Every command is keyword-only, asks its permission, runs in one transaction and leaves a record."""

from __future__ import annotations

from tests.guards import services

_STEP = "a step of services.imports.runs, whose commands are permitted, atomic and recorded"
EXCEPTED = {
    "foresight.services.reports.make": "the job behind request_report, for its actor; records what it made",
    "identity.services.operators": "operating staff are above all organisations; by the owner role, from commands",
    "identity.services.organisations.create_network": "a command of the operator, before anybody could be permitted",
    "identity.services.organisations.create_organisation": "makes the organisation in which permissions begin",
    "identity.services.sessions": "ends what has ended by itself: nobody decides it",
    "identity.services.sign_ins": "is itself the record, of steps before and around anybody's being signed in",
    "identity.services.single_sign_on.admit": "before anybody is signed in: as the system, by claims of a provider",
    "portal.services.barriers.report_barrier": "open to everybody by law, also without signing in",
    "portal.services.demo.load_demo": "fills an empty demo as the system, through recorded commands",
    "vocabulary.services.municipalities.load": "reference data of no organisation, written by the owner role",
    "workforce.services.holdings.end_holdings": "part of the commands that end a position or a person",
    "workforce.services.imports.checks": _STEP,
    "workforce.services.imports.examine": _STEP,
    "workforce.services.imports.merge": _STEP,
    "workforce.services.imports.plan": _STEP,
    "workforce.services.imports.reversal.reverse": "the job behind take_back, for its actor; records what it undid",
    "workforce.services.imports.runs.apply": "the job behind runs.confirm, for its actor; records what it applied",
    "workforce.services.imports.runs.check": "the job behind runs.upload; writes a preview, changes nothing",
    "workforce.services.imports.staging": _STEP,
    "workforce.services.imports.steps": _STEP,
    "workforce.services.imports.undo": _STEP,
    "workforce.services.leavers.end_access": "follows from a person's end, whose command is permitted; as the system",
    "workforce.services.trail": "what commands of the register record with",
}


def test_every_command_is_permitted_and_recorded() -> None:
    assert services.findings(services.PACKAGE, EXCEPTED) == []
