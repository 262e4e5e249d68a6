"""Each guard reports a planted violation: a guard that cannot fail guards nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import URLResolver, path
from django.urls.resolvers import RegexPattern

from staffelstab.config import database as configured
from staffelstab.core.database.facts import ConnectionFacts
from staffelstab.core.tenancy import policies
from staffelstab.core.tenancy.policies import Global, OrganisationOwned, Table
from tests.conftest import TEMPLATE, copy_template
from tests.guards import (
    access,
    days,
    documents,
    layout,
    objects,
    rls,
    rows,
    schema_changes,
    services,
    templates,
)
from tests.guards.test_rls import REVIEWED, SECURITY_DEFINERS, declared
from tools import check_pgrls
from tools.messages import lint

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def database(postgres: ConnectionFacts, django_db_setup: None, worker_id: str) -> str:
    """A migrated database of its own to plant in."""
    name = f"planted_{worker_id}"
    copy_template(postgres, name)
    return name


@pytest.fixture
def owner(postgres: ConnectionFacts, database: str) -> Iterator[Connection]:
    """The owner role, whose changes are rolled back."""
    with psycopg.connect(postgres.conninfo(database=database, user=rls.OWNER)) as connected:
        yield connected
        connected.rollback()


@pytest.fixture
def superuser(postgres: ConnectionFacts, database: str) -> Iterator[Connection]:
    """The superuser, whose changes are rolled back."""
    with psycopg.connect(postgres.conninfo(database=database)) as connected:
        yield connected
        connected.rollback()


# --- the database -------------------------------------------------------------------------------------------


def test_nothing_is_found_where_nothing_was_planted(owner: Connection) -> None:
    assert rls.table_findings(owner, declared(), REVIEWED) == []


@pytest.mark.parametrize(
    ("plant", "finding"),
    [
        (
            "CREATE TABLE planted (id uuid PRIMARY KEY, organisation_id uuid NOT NULL)",
            "planted: no model and no entry in FOREIGN_TABLES declares its protection",
        ),
        (
            "CREATE VIEW planted AS SELECT 1",
            "planted: only tables are expected, this is a relation of kind v",
        ),
        (
            "ALTER TABLE workforce_task DISABLE ROW LEVEL SECURITY",
            "workforce_task: row-level security is not enabled and forced",
        ),
        (
            "ALTER TABLE workforce_task NO FORCE ROW LEVEL SECURITY",
            "workforce_task: row-level security is not enabled and forced",
        ),
        (
            "ALTER TABLE workforce_task ALTER organisation_id DROP NOT NULL",
            "workforce_task: neither organisation_id NOT NULL nor on the reviewed list",
        ),
        (
            "DROP POLICY app_delete ON workforce_task",
            "workforce_task: policy app_delete is None, declared ('d', True, '(organisation_id = ",
        ),
        (
            "CREATE POLICY wide ON workforce_task FOR SELECT TO staffelstab_app USING (true)",
            "workforce_task: policy wide is ('r', True, 'true', None, ['staffelstab_app']), declared None",
        ),
        (
            "ALTER POLICY maintenance ON workforce_task TO staffelstab_owner, staffelstab_app",
            "workforce_task: policy maintenance is ('*', True, 'true', 'true', ['staffelstab_owner', 'staffelsta",
        ),
        (
            "CREATE POLICY open ON django_session USING (true)",
            "django_session: policy open is ('*', True, 'true', None, []), declared None",
        ),
        (
            "GRANT TRUNCATE ON workforce_task TO staffelstab_app",
            "workforce_task: TRUNCATE to staffelstab_app is not declared",
        ),
        ("GRANT SELECT ON workforce_task TO PUBLIC", "workforce_task: SELECT to PUBLIC is not declared"),
        (
            "REVOKE INSERT ON core_look FROM staffelstab_app",
            "core_look: INSERT to staffelstab_app is declared, but not granted",
        ),
    ],
)
def test_table_guard_reports(owner: Connection, plant: str, finding: str) -> None:
    owner.execute(plant)
    found = rls.table_findings(owner, declared(), REVIEWED)
    assert [line[: len(finding)] for line in found] == [finding]


def test_table_guard_reports_a_widened_policy(owner: Connection) -> None:
    owner.execute("ALTER POLICY app_select ON workforce_task USING (true)")
    [finding] = rls.table_findings(owner, declared(), REVIEWED)
    assert finding.startswith(
        "workforce_task: policy app_select is ('r', True, 'true', None, ['staffelstab_app'])"
    )


def test_table_guard_reports_a_list_that_no_longer_holds(owner: Connection) -> None:
    assert rls.table_findings(owner, declared(), REVIEWED | {"gone": "global"}) == [
        "gone: on the reviewed list, but not in the database"
    ]
    assert "django_session: declared without policies, but not reviewed as global" in rls.table_findings(
        owner, declared(), {name: kind for name, kind in REVIEWED.items() if name != "django_session"}
    )
    assert rls.table_findings(owner, declared(), REVIEWED | {"workforce_task": "global"}) == [
        "workforce_task: reviewed as global, but declares policies"
    ]


@pytest.mark.parametrize(
    ("plant", "finding"),
    [
        ("ALTER ROLE staffelstab_app BYPASSRLS", "staffelstab_app is more than an ordinary role"),
        ("ALTER ROLE staffelstab_app CREATEROLE", "staffelstab_app is more than an ordinary role"),
        ("GRANT pg_monitor TO staffelstab_app", "staffelstab_app belongs to other roles"),
        ("ALTER TABLE workforce_task OWNER TO staffelstab_app", "staffelstab_app owns relations"),
        ("ALTER FUNCTION identity_operator_id() OWNER TO staffelstab_app", "staffelstab_app owns functions"),
        ("ALTER SCHEMA public OWNER TO staffelstab_app", "staffelstab_app owns schemas"),
        ("GRANT CREATE ON SCHEMA public TO staffelstab_app", "staffelstab_app can create in public"),
        ("GRANT TRUNCATE ON core_look TO staffelstab_app", "staffelstab_app can truncate"),
        (
            "GRANT SELECT ON pg_authid TO staffelstab_app",
            "staffelstab_app can read password hashes of roles",
        ),
    ],
)
def test_role_guard_reports(superuser: Connection, plant: str, finding: str) -> None:
    superuser.execute(plant)
    assert finding in rls.role_findings(superuser)


def test_role_guard_reports_a_way_to_the_owner(superuser: Connection) -> None:
    superuser.execute("GRANT staffelstab_owner TO staffelstab_app")
    assert "staffelstab_app can become the owner" in rls.role_findings(superuser)


_FUNCTION = "CREATE FUNCTION planted() RETURNS int LANGUAGE sql {} AS 'SELECT 1'"


@pytest.mark.parametrize(
    ("plant", "finding"),
    [
        (
            _FUNCTION.format("SECURITY DEFINER SET search_path = public, pg_temp"),
            "planted(): SECURITY DEFINER, but not on the reviewed list",
        ),
        (
            "ALTER FUNCTION identity_operator_id() RESET search_path",
            "identity_operator_id(): SECURITY DEFINER without the fixed search path (none)",
        ),
        (
            "GRANT EXECUTE ON FUNCTION identity_operator_id() TO PUBLIC",
            "identity_operator_id(): everybody may execute it",
        ),
        ("DROP FUNCTION identity_operator_id()", "identity_operator_id(): missing"),
    ],
)
def test_function_guard_reports(owner: Connection, plant: str, finding: str) -> None:
    owner.execute(plant)
    assert rls.function_findings(owner, SECURITY_DEFINERS) == [finding]


def test_reference_guard_reports(owner: Connection) -> None:
    found = list(policies.tables())
    owner.execute("ALTER TABLE workforce_task DROP CONSTRAINT workforce_task_unit_id_tenant_fk")
    owner.execute(
        "ALTER TABLE core_look ADD CONSTRAINT planted FOREIGN KEY (subject_id) REFERENCES workforce_task (id)"
    )
    assert rls.reference_findings(owner, found) == [
        "core_look.subject_id: refers to workforce_task without the organisation",
        "workforce_task.unit_id: no key (organisation_id, unit_id) to workforce_unit",
    ]


def test_row_guard_reports() -> None:
    assert rows.findings(["core.Look", "core.New"], ["core.Look", "core.Gone"]) == [
        "core.New: no row in tests/guards/rows.py",
        "core.Gone: a row, but no tenant model",
    ]


def test_policies_are_not_written_for_a_model_without_declaration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(policies.FOREIGN_TABLES, "django_session")
    with pytest.raises(LookupError, match=r"sessions\.Session declares no protection"):
        list(policies.tables())


def test_statements_of_a_global_table_switch_protection_off_and_grants_on() -> None:
    written = list(
        policies.statements([Table("t", Global("facts"))], app_role="app", quote=lambda name: f'"{name}"')
    )
    assert 'GRANT SELECT ON "t" TO app' in written
    assert written[-1] == 'ALTER TABLE "t" NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY'


def test_statements_of_an_append_only_table_allow_no_change() -> None:
    written = list(
        policies.statements(
            [Table("t", OrganisationOwned(append_only=True))], app_role="app", quote=lambda name: f'"{name}"'
        )
    )
    assert 'GRANT SELECT, INSERT ON "t" TO app' in written
    assert [line.split()[2] for line in written if line.startswith("CREATE POLICY")] == [
        "maintenance",
        "app_select",
        "app_insert",
    ]


def test_analysis_excepts_the_owners_policies_only(owner: Connection) -> None:
    before = check_pgrls.maintenance_policies(owner, owner=rls.OWNER)
    owner.execute("ALTER POLICY maintenance ON workforce_task TO PUBLIC")
    after = check_pgrls.maintenance_policies(owner, owner=rls.OWNER)
    assert set(before) - set(after) == {"public.workforce_task.maintenance"}


@pytest.mark.slow  # the analyser is a program of its own
def test_analysis_reports_an_unprotected_table(
    postgres: ConnectionFacts, database: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    name = f"{database}_analysed"
    with psycopg.connect(postgres.conninfo(database="postgres"), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}"')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE {TEMPLATE} OWNER {rls.OWNER}')
    url = configured.url(postgres, rls.OWNER, name)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE planted (id int, organisation_id uuid NOT NULL)")
    assert check_pgrls.lint(folder=tmp_path, owner_url=url, arguments=[]) == 1
    assert "SEC001  public.planted" in capfd.readouterr().out


# --- addresses ----------------------------------------------------------------------------------------------


def planted_view(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


ROW = dict.fromkeys(access.COLUMNS, "200") | {"url": "a:b_c", "permission": "a.b.c"}


def test_access_guard_reports() -> None:
    known = [access.Address("a:b_c", frozenset(), "a.b.d"), access.Address("a:b_new", frozenset(), "")]
    known.append(known[1])
    matrix = {"a:b_c": ROW | {"employee": "", "stranger": "-"}, "a:b_gone": ROW | {"url": "a:b_gone"}}
    assert access.completeness_findings(known, matrix) == [
        "a:b_c: asks for a.b.d, the matrix says a.b.c",
        "a:b_c: employee is to get nothing",
        "a:b_gone: in the matrix, but no address",
        "a:b_new: is the name of 2 addresses",
        "a:b_new: not in the matrix",
    ]


def test_access_guard_sees_views_without_permission() -> None:
    class Patterns:
        urlpatterns = (path("x/<uuid:task_id>/", planted_view, name="x_show"),)

    resolver = URLResolver(RegexPattern(r"^/"), Patterns)
    assert list(access.addresses(resolver)) == [
        access.Address("x_show", frozenset({"task_id"}), access.NO_ROW)
    ]


def test_matrix_with_other_columns_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "matrix.csv"
    file.write_text("url,employee\na:b_c,200\n", encoding="utf-8")
    with pytest.raises(ValueError, match="the columns are url, permission, anonymous"):
        access.read_matrix(file)


def test_matrix_with_a_name_twice_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "matrix.csv"
    line = ",".join(ROW.values())
    file.write_text("\n".join((",".join(access.COLUMNS), line, line)), encoding="utf-8")
    with pytest.raises(ValueError, match="a:b_c comes twice"):
        access.read_matrix(file)


def test_object_for_an_unknown_argument_is_missing() -> None:
    with pytest.raises(KeyError, match="nothing_id"):
        objects.arguments("a:b_c", frozenset({"nothing_id"}), {})


# --- code ---------------------------------------------------------------------------------------------------

Write = Callable[[str, str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file below a planted package and return the package."""

    def put(name: str, text: str) -> Path:
        target = tmp_path / "staffelstab" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return tmp_path / "staffelstab"

    return put


def test_layout_guard_reports_names(tmp_path: Path) -> None:
    screens = [layout.Screen("portal:start", planted_view), layout.Screen("portal:start_show", planted_view)]
    wanted = "staffelstab.portal.web.views.start.start_show"
    assert layout.naming_findings(screens, tests=tmp_path) == [
        "portal:start: is not module:noun_verb",
        f"portal:start_show: the view is {__name__}.planted_view, not {wanted}",
        "portal:start_show: no tests/portal/web/test_start.py",
    ]


def test_layout_guard_reports_templates(write: Write) -> None:
    package = write(
        "portal/web/views/start.py",
        'def start_show(request):\n    return render(request, "portal/start/front.html")\n',
    )
    assert layout.template_findings(package) == [
        "portal/web/views/start.py: start_show renders portal/start/front.html"
    ]


def test_layout_guard_reports_modules(write: Write) -> None:
    package = write("gossip/__init__.py", "")
    found = layout.module_findings(package)
    assert "gossip: a module without a layer" in found
    assert "staffelstab.gossip: its rooms are under no contract" in found
    assert "core: a layer without a module" in found


def test_layout_guard_reports_length(write: Write) -> None:
    package = write("portal/long.py", "def long():\n" + "    pass\n" * 500)
    assert layout.size_findings(package, {}) == [
        "portal/long.py: 501 lines",
        "portal/long.py:long: 501 lines",
    ]
    assert layout.size_findings(
        package / "portal", {"long.py": "why", "long.py:long": "why", "short.py": "?"}
    ) == ["short.py: excepted, but not too long"]


def test_layout_guard_reports_junk(write: Write) -> None:
    package = write("portal/utils.py", "")
    assert layout.junk_findings(package) == ["portal/utils.py: say what it holds"]


def test_migration_guard_reports(write: Write) -> None:
    write("portal/migrations/0001_initial.py", "from staffelstab.core.ids import new_id\ndependencies = []\n")
    write(
        "portal/migrations/0003_rows.py", "dependencies = []\noperations = [migrations.RunSQL('SELECT 1')]\n"
    )
    package = write(
        "portal/migrations/0004_more.py",
        "import staffelstab\ndependencies = [('portal', '0003_rows')]\noperations = [migrations.RunPython(forwards)]\n",
    )
    assert schema_changes.findings(package) == [
        "portal/0003_rows: number 0002 is missing or given twice",
        "portal/0003_rows: does not follow on 0001_initial alone",
        "portal/0004_more: number 0003 is missing or given twice",
        "portal/0001_initial: imports staffelstab.core.ids",
        "portal/0003_rows: RunSQL without the way back",
        "portal/0004_more: imports staffelstab",
        "portal/0004_more: RunPython without the way back",
    ]


@pytest.mark.parametrize(
    "data", ["migrations.RunSQL('UPDATE t SET a = 1', '')", "migrations.RunPython(f, g)"]
)
def test_migration_guard_reports_data_beside_schema(write: Write, data: str) -> None:
    package = write(
        "portal/migrations/0001_initial.py",
        f"dependencies = []\noperations = [migrations.AddField('a', 'b'), {data}]\n",
    )
    assert schema_changes.findings(package) == ["portal/0001_initial: mixes schema with data"]
    write("portal/migrations/0001_initial.py", f"dependencies = []\noperations = [{data}]\n")
    assert schema_changes.findings(package) == []


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ('<button onclick="x()">{{ a }}</button>', "inline handler"),
        ('<p class="{{ a }}"\n style="color:red">', "inline style"),
        ("<script>x()</script>", "script without nonce or src"),
        ("<style>p{}</style>", "style element without nonce"),
        ('<a href="javascript:x()">', "javascript address"),
    ],
)
def test_template_guard_reports_inline_code(write: Write, text: str, finding: str) -> None:
    package = write("portal/templates/portal/start/show.html", text)
    assert templates.inline(package) == [f"portal/start/show.html: {finding}"]


def test_template_guard_accepts_what_the_policy_accepts(write: Write) -> None:
    text = '<script nonce="{{ csp_nonce }}">x()</script><script src="{% static "x.js" %}"></script><p data-on="1">'
    assert templates.inline(write("portal/templates/portal/start/show.html", text)) == []


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("<p>Guten Tag</p>", ["Guten Tag"]),
        ("<p>{{ name }} ist da</p>", ["… ist da"]),
        ('<input placeholder="Suchen">', ["Suchen"]),
        ('<img alt="Wappen von {{ house }}">', ["Wappen von …"]),
        ("<p>{% translate 'Hello' %} {# a remark #}</p>", []),
        ("{% blocktranslate trimmed %}Hello {{ name }}{% endblocktranslate %}", []),
        ("{% comment %}not shown{% endcomment %}<!-- not spoken --><code>CSV;x</code> 12 %", []),
        ("<p>Staffelstab</p>", []),
    ],
)
def test_template_guard_reports_untranslated_text(write: Write, text: str, findings: list[str]) -> None:
    package = write("portal/templates/portal/start/show.html", text)
    found = templates.untranslated(package, frozenset({"Staffelstab"}), {})
    assert found == [f"portal/start/show.html: {finding}" for finding in findings]


def test_template_guard_reports_untrimmed_and_unused(write: Write) -> None:
    text = "{% blocktranslate %}Hello{% endblocktranslate %}"
    package = write("portal/templates/portal/start/show.html", text)
    assert list(templates.untrimmed(package)) == ["portal/start/show.html:1: blocktranslate without trimmed"]
    assert templates.unused(package, {}) == ["portal/start/show.html: nothing uses it"]
    write("portal/web/views/start.py", 'TEMPLATE = "portal/start/show.html#results"\n')
    assert templates.unused(package, {}) == []


_COMMAND = """
from django.db import transaction
from staffelstab.core import audit, permissions

{decorator}
def rename_thing({arguments}):
    {permission}
    thing.save()
    {record}
"""
_PROPER = {
    "decorator": "@transaction.atomic",
    "arguments": "*, thing, actor, now",
    "permission": 'permissions.require(actor, "x.thing.edit", thing)',
    "record": 'audit.record(actor, "x.thing.renamed", thing, at=now)',
}


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        ({}, None),
        ({"decorator": ""}, "is no transaction"),
        ({"arguments": "thing, *, actor, now"}, "takes arguments by position"),
        ({"arguments": "*, thing, actor"}, "does not take now"),
        ({"permission": "pass"}, "asks no permission"),
        ({"record": "pass"}, "leaves no record"),
    ],
)
def test_service_guard_reports(write: Write, change: dict[str, str], finding: str | None) -> None:
    package = write("portal/services/things.py", _COMMAND.format(**_PROPER | change))
    expected = [] if finding is None else [f"portal.services.things.rename_thing: {finding}"]
    assert services.findings(package, {}) == expected


def test_day_guard_reports_days_of_another_time_zone(write: Write) -> None:
    package = write(
        "portal/services/things.py",
        "def due(*, now):\n    return now.date()\n\n\nread(dt.strptime(x, y).date())\n",
    )
    assert days.findings(package, {"core/days.py": "the one place"}) == [
        "portal/services/things.py:2: now.date() instead of core.days.day_of",
        "core/days.py: excepted, and asks no instant for its day",
    ]
    assert days.findings(package, {"portal/services/things.py": "planted"}) == []


def test_service_guard_follows_calls_into_other_modules(write: Write) -> None:
    write("portal/services/things.py", _COMMAND.format(**_PROPER))
    package = write(
        "portal/services/heaps.py",
        "from staffelstab.portal.services import things\n\n\n"
        "def rename_all(*, actor, now):\n    things.rename_thing(thing=1, actor=actor, now=now)\n\n\n"
        "def drop_all(*, actor, now):\n    _drop()\n\n\n"
        "def _drop():\n    cursor.execute('DELETE FROM portal_thing')\n",
    )
    assert services.findings(package, {}) == [
        "portal.services.heaps.drop_all: asks no permission",
        "portal.services.heaps.drop_all: is no transaction",
        "portal.services.heaps.drop_all: leaves no record",
    ]


def test_service_guard_reports_an_exception_nobody_needs(write: Write) -> None:
    package = write("portal/services/things.py", "def read(): ...\n")
    assert services.findings(package, {"portal.services.things": "?"}) == [
        "portal.services.things: excepted, but writes nothing"
    ]


def test_translation_guard_reports(write: Write) -> None:
    package = write(
        "portal/enums.py", "from django.utils.translation import gettext as _\n\nWORD = _('%(n)s words')\n"
    )
    assert [str(finding) for finding in lint(package)] == [
        "portal/enums.py:3: no de translation: '%(n)s words'"
    ]
    write(
        "locale/de/portal.po", 'msgid ""\nmsgstr "Language: de\\n"\n\nmsgid "%(n)s words"\nmsgstr "Wörter"\n'
    )
    assert [finding.text for finding in lint(package)] == ["placeholders differ: '%(n)s words' → 'Wörter'"]


def test_settings_guard_reports() -> None:
    assert documents.settings_findings(["A_KEY", "B_KEY"], "| `B_KEY` | x | y |\n| `C_KEY` | x | y |\n") == [
        "A_KEY: not described",
        "C_KEY: described, but not read",
    ]
