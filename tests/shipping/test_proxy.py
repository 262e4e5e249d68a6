"""The reverse proxy in front of the program: nginx with the configuration of the compose project and of the guide."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.shipping.conftest import ROOT
from tests.shipping.test_guide import FILES

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/sbin") or "nginx"

pytestmark = pytest.mark.skipif(
    not Path(NGINX).exists() and "CI" not in os.environ, reason="nginx is not installed"
)


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """Certificate and key of nobody."""
    pem, key = tmp_path / "pem", tmp_path / "key"
    subprocess.run(
        [*("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=test"),
         *("-keyout", str(key), "-out", str(pem))],
        check=True,
        capture_output=True,
    )  # fmt: skip
    return pem, key


@pytest.fixture
def ports() -> dict[str, int]:
    """Of the proxy (HTTP and HTTPS) and of the program behind it."""
    return {name: free_port() for name in ("http", "https", "program")}


@pytest.fixture(params=["compose", "guide"])
def configuration(
    request: pytest.FixtureRequest, tmp_path: Path, certificate: tuple[Path, Path], ports: dict[str, int]
) -> Path:
    """A file for nginx: what the project contains, with the places of this test."""
    pem, key = certificate
    if request.param == "compose":
        text = (ROOT / "ops" / "nginx.conf").read_text(encoding="utf-8")
        for there, here in {
            "/tmp/": f"{tmp_path}/",  # noqa: S108 - of the container
            "/run/secrets/certificate_key": str(key),
            "/run/secrets/certificate": str(pem),
            "web:8000": f"127.0.0.1:{ports['program']}",
            "listen 8080": f"listen 127.0.0.1:{ports['http']}",
            "listen 8443": f"listen 127.0.0.1:{ports['https']}",
        }.items():
            text = re.sub(rf"{re.escape(there)}(?=[;a-z ])", here, text)
    else:
        text = FILES["/etc/nginx/sites-available/staffelstab"]
        for there, here in {
            "/etc/ssl/private/musterstadt.key": str(key),
            "/etc/ssl/musterstadt.pem": str(pem),
            "127.0.0.1:8000": f"127.0.0.1:{ports['program']}",
            "listen 80;": f"listen 127.0.0.1:{ports['http']};",
            "listen 443 ": f"listen 127.0.0.1:{ports['https']} ",
        }.items():
            assert there in text
            text = text.replace(there, here)
        temporary = "".join(
            f"{kind}_temp_path {tmp_path}/{kind};\n"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        text = f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{temporary}{text}\n}}\n"
    path = tmp_path / "nginx.conf"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.fixture
def proxy(configuration: Path, ports: dict[str, int]) -> Iterator[None]:
    """The proxy, running. It accepts its configuration, or does not start."""
    command = [NGINX, "-c", str(configuration), "-e", "stderr", "-g", "daemon off;"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as running:
        deadline = time.monotonic() + 30
        while running.poll() is None and time.monotonic() < deadline:
            try:
                ask(ports["http"], "/", tls=False)
                break
            except ConnectionError:
                time.sleep(0.05)
        else:
            running.kill()
            pytest.fail(f"nginx does not answer: {running.communicate()[1]}")
        yield
        running.terminate()


class Program(BaseHTTPRequestHandler):
    """Answers with the headers it was sent."""

    def do_GET(self) -> None:
        """Answer."""
        body = "\n".join(f"{name}: {value}" for name, value in self.headers.items()).encode()
        self.send_response(503 if self.path == "/krank/" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: object) -> None:
        """Say nothing."""


@contextmanager
def program(port: int) -> Iterator[None]:
    with HTTPServer(("127.0.0.1", port), Program) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


def ask(
    port: int, path: str, *, tls: bool = True, headers: dict[str, str] | None = None
) -> tuple[int, str, http.client.HTTPMessage]:
    """Status, text and headers of a page."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = (
        http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
        if tls
        else http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    )
    connection.request("GET", path, headers={"Host": "wissen.musterstadt.example", **(headers or {})})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer.status, text, answer.headers


@pytest.mark.usefixtures("proxy")
def test_program_that_is_away_leaves_a_sentence_and_comes_back(ports: dict[str, int]) -> None:
    status, text, headers = ask(ports["https"], "/ausblick/wissensrisiko/")
    assert (status, headers["Retry-After"]) == (503, "30")
    assert 'lang="de"' in text
    assert "in einer Minute neu" in text
    with program(ports["program"]):
        assert ask(ports["https"], "/")[0] == 200
        # What the program says itself is passed on: it knows more.
        status, text, _headers = ask(ports["https"], "/krank/")
        assert (status, "Minute" in text) == (503, False)


@pytest.mark.usefixtures("proxy")
def test_program_is_told_by_whom_and_how_it_is_asked(ports: dict[str, int]) -> None:
    pretended = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "http"}
    with program(ports["program"]):
        _status, text, _headers = ask(ports["https"], "/", headers=pretended)
    told = dict(line.split(": ", 1) for line in text.splitlines())
    assert (told["Host"], told["X-Forwarded-For"], told["X-Forwarded-Proto"]) == (
        "wissen.musterstadt.example",
        "127.0.0.1",
        "https",
    )


@pytest.mark.usefixtures("proxy")
def test_figures_are_not_for_visitors_and_nothing_goes_unencrypted(ports: dict[str, int]) -> None:
    with program(ports["program"]):
        assert ask(ports["https"], "/metriken/")[0] == 404
    status, _text, headers = ask(ports["http"], "/aufgaben/?q=a", tls=False)
    assert (status, headers["Location"]) in {
        (301, "https://wissen.musterstadt.example/aufgaben/?q=a"),
        (308, "https://wissen.musterstadt.example/aufgaben/?q=a"),
    }
