"""The load of `./dev bench kill`: people who change tasks, record measures and import, over HTTP, and keep a ledger."""

from __future__ import annotations

import http.client
import itertools
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from bs4 import BeautifulSoup, Tag

ACCEPTED, REFUSED, UNKNOWN = "accepted", "refused", "unknown"
NOT_SAVED = "Ihre Eingabe wurde nicht gespeichert"
IMPORT_ROWS = 300
BULK_TASKS = 40


class Lost(Exception):
    """No answer, or one that leaves the outcome open."""


@dataclass
class Operation:
    """One change somebody asked for, and what the answer said about it."""

    kind: str
    marker: str
    target: str = ""
    outcome: str = UNKNOWN


@dataclass
class Answer:
    """What came back."""

    status: int
    text: str
    location: str


class Person:
    """A browser that is signed in: one connection per request, cookies kept."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}

    def request(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        """One request without following redirects. Raises Lost."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = kind or "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, body, headers | {"Host": "localhost"})
            response = connection.getresponse()
            content = response.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as error:
            raise Lost from error
        finally:
            connection.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return Answer(response.status, content, response.headers.get("Location", ""))

    def sign_in(self, persona: str) -> None:
        """Become a persona of the demo. Raises Lost."""
        page = self.request("GET", "/demo/")
        fields = {"csrfmiddlewaretoken": token_of(page.text)}
        answer = self.request("POST", f"/demo/anmelden/{persona}/", urllib.parse.urlencode(fields).encode())
        if answer.status != 302:
            raise Lost

    def open(self, path: str) -> str:
        """The page. Raises Lost when it is not there."""
        answer = self.request("GET", path)
        if answer.status != 200:
            raise Lost
        return answer.text

    def send(self, operation: Operation, path: str, fields: dict[str, object]) -> Answer | None:
        """Send a form and note what the answer says about it. None when there was none."""
        return self._note(operation, path, urllib.parse.urlencode(fields, doseq=True).encode())

    def upload(self, operation: Operation, path: str, token: str, name: str, content: str) -> Answer | None:
        """Send a file."""
        edge = uuid.uuid4().hex
        body = (
            f'--{edge}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n{token}\r\n'
            f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: text/csv\r\n\r\n{content}\r\n--{edge}--\r\n"
        )
        return self._note(operation, path, body.encode(), f"multipart/form-data; boundary={edge}")

    def _note(self, operation: Operation, path: str, body: bytes, kind: str = "") -> Answer | None:
        try:
            answer = self.request("POST", path, body, kind)
        except Lost:
            return None
        if answer.status == 302:
            operation.outcome = ACCEPTED
        elif answer.status in {409, 422} or NOT_SAVED in answer.text:
            operation.outcome = REFUSED
        return answer


def token_of(page: str) -> str:
    """The form's security token. Raises Lost when the page has none."""
    found = BeautifulSoup(page, "html.parser").select_one("input[name=csrfmiddlewaretoken]")
    if found is None:
        raise Lost
    return str(found["value"])


def fields_of(page: str, name: str) -> dict[str, object]:
    """The values of the form that has a field `name`, as a browser would send them. Raises Lost."""
    found = BeautifulSoup(page, "html.parser").select_one(f"main form [name={name}]")
    form = found.find_parent("form") if found else None
    if form is None:
        raise Lost
    values: dict[str, object] = {}
    for each in form.find_all(["input", "textarea", "select"]):
        key, kind = str(each.get("name", "")), each.get("type", "")
        if not key or kind in {"submit", "button", "file"} or each.has_attr("disabled"):
            continue
        if kind in {"checkbox", "radio"} and not each.has_attr("checked"):
            continue
        values[key] = _value(each)
    return values


def _value(each: Tag) -> str:
    if each.name == "textarea":
        return each.get_text().removeprefix("\n")
    if each.name == "select":
        chosen = each.select_one("option[selected]") or each.select_one("option")
        return str(chosen.get("value", "")) if chosen else ""
    return str(each.get("value", "on" if each.get("type") == "checkbox" else ""))


@dataclass
class Load:
    """Everybody who works, and the ledger of a round."""

    port: int
    tasks: list[str]
    """Keys of tasks: each editor has five, bulk changes have forty of their own."""
    unit: str
    ledger: list[Operation] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    """Keys of accepted uploads, in their order."""

    def __post_init__(self) -> None:
        self._numbers: Iterator[int] = itertools.count(1)
        self._values: Iterator[int] = itertools.count()
        self._work = threading.Event()
        self._threads: list[threading.Thread] = []
        self._people: dict[str, Person] = {}
        self._lock = threading.Lock()

    def sign_in(self) -> None:
        """Everybody signs in; sessions survive like everything else."""
        for name in ("first", "second", "measures", "bulk", "importer"):
            self._people[name] = Person(self.port)
            self._people[name].sign_in("kaya")

    def start(self) -> None:
        """Let everybody work until `stop`, or until their next step has no answer."""
        self._work.set()
        steps: dict[str, Callable[[Person], None]] = {
            "first": lambda person: self._edit(person, self.tasks[:5]),
            "second": lambda person: self._edit(person, self.tasks[5:10]),
            "measures": self._measure,
            "bulk": self._bulk,
            "importer": self._import,
        }
        self._threads = [
            threading.Thread(target=self._run, args=(self._people[name], step))
            for name, step in steps.items()
        ]
        for thread in self._threads:
            thread.start()

    def wait_until_busy(self, count: int = 3, patience: float = 20.0) -> None:
        """Return when some changes were asked for: a server that has just been started answers its first pages late."""
        deadline = time.monotonic() + patience
        while len(self.ledger) < count and time.monotonic() < deadline:
            time.sleep(0.02)

    def stop(self) -> list[Operation]:
        """Everybody finishes what they began; returns the ledger and begins a new one."""
        self._work.clear()
        for thread in self._threads:
            thread.join()
        done, self.ledger = self.ledger, []
        return done

    def _run(self, person: Person, step: Callable[[Person], None]) -> None:
        while self._work.is_set():
            try:
                step(person)
            except Lost:
                return

    def _begin(self, kind: str, target: str = "") -> Operation:
        with self._lock:
            number = next(self._numbers)
            operation = Operation(kind, f"{kind} {number}", target)
            self.ledger.append(operation)
        return operation

    def _edit(self, person: Person, tasks: list[str]) -> None:
        for task in tasks:
            if not self._work.is_set():
                return
            fields = fields_of(person.open(f"/aufgaben/{task}/bearbeiten/"), "title")
            operation = self._begin("edit", task)
            person.send(operation, f"/aufgaben/{task}/bearbeiten/", fields | {"title": operation.marker})
            if operation.outcome == UNKNOWN:
                raise Lost

    def _measure(self, person: Person) -> None:
        path = f"/ausblick/massnahmen/neu/?aufgabe={self.tasks[10]}"
        fields = fields_of(person.open(path), "what")
        operation = self._begin("measure")
        person.send(operation, path, fields | {"what": operation.marker, "due_on": "2027-06-30"})
        if operation.outcome == UNKNOWN:
            raise Lost

    def _bulk(self, person: Person) -> None:
        selected = self.tasks[11 : 11 + BULK_TASKS]
        token = token_of(person.open("/aufgaben/"))
        operation = self._begin("bulk")
        # Differs from the one before, and from the one before that: each applied change leaves a line per task.
        value = 1 + next(self._values) % 5
        operation.target = str(value)
        fields: dict[str, object] = {"action": "criticality", "confirmed": "1", "selected": selected}
        person.send(
            operation,
            "/aufgaben/mehrere/",
            fields | {"csrfmiddlewaretoken": token, "criticality": value},
        )
        if operation.outcome == UNKNOWN:
            raise Lost

    def _import(self, person: Person) -> None:
        token = token_of(person.open("/aufgaben/importe/neu/"))
        operation = self._begin("import")
        lines = [
            f"KILL-{n:04};Aufgabe {n} bearbeiten;{self.unit};{operation.marker}" for n in range(IMPORT_ROWS)
        ]
        content = "\n".join(["Schlüssel;Titel;Einheit;Zweck", *lines])
        answer = person.upload(operation, "/aufgaben/importe/neu/", token, "Aufgaben.csv", content)
        if answer is None or operation.outcome != ACCEPTED:
            raise Lost
        operation.target = answer.location.rstrip("/").rsplit("/", 1)[1]
        self.imports.append(operation.target)
        while self._work.is_set():
            page = person.open(answer.location)
            if 'id="apply"' in page:
                confirmed = self._begin("confirm", operation.target)
                fields: dict[str, object] = {"csrfmiddlewaretoken": token_of(page), "missing": "keep"}
                person.send(confirmed, f"{answer.location}uebernehmen/", fields)
                if confirmed.outcome == UNKNOWN:
                    raise Lost
            elif "hx-trigger" not in page.partition('id="import-state"')[2][:200]:
                return
            time.sleep(0.1)
