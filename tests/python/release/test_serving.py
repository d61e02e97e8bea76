"""Serving on this machine: the headers a strict server sends, and nothing but the files that the manifest lists."""

import gzip
import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import DemoRun
from kept_homes import copied, own

from flows.release import kept, publishing, serving
from flows.settings import Settings


@pytest.fixture(scope="module")
def home(small: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    copy = tmp_path_factory.mktemp("served") / "home"
    copied(small.settings.home, copy)
    return Settings(home=copy)


@pytest.fixture(scope="module")
def port(home: Settings) -> Iterator[int]:
    with serving.server(home, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def ask(port: int, path: str, host: str | None = None) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection(serving.HOST, port, timeout=30)
    connection.request("GET", path, headers={"Host": host or f"{serving.HOST}:{port}"})
    answer = connection.getresponse()
    return answer.status, dict(answer.getheaders()), answer.read()


def test_every_answer_has_the_strict_headers(port: int) -> None:
    for path in ("/index.html", "/", "/nowhere.html"):
        _, headers, _ = ask(port, path)
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff" and headers["Referrer-Policy"] == "no-referrer"


def test_a_chart_alone_may_stand_in_the_page_of_another(port: int) -> None:
    for path, framed in (("/grafieken/index-money.html", "*"), ("/index.html", "'none'")):
        _, headers, _ = ask(port, path)
        policy = headers["Content-Security-Policy"]
        assert f"frame-ancestors {framed}" in policy and policy.startswith("default-src 'none'")


def test_dbts_own_page_alone_may_run_what_it_carries(port: int) -> None:
    status, headers, _ = ask(port, "/dbt_docs.html")
    policy = headers["Content-Security-Policy"]
    assert status == 200 and "script-src 'unsafe-inline'" in policy and "http" not in policy


def test_what_the_release_holds_is_given_as_it_is(home: Settings, port: int) -> None:
    current = kept.current(home)
    assert current
    for name in ("index.html", "projecten/VV001.html", "csv/dim_project.csv", "manifest.json", "marts.duckdb"):
        status, headers, content = ask(port, f"/{name}")
        assert (status, content) == (200, (current.folder / name).read_bytes()), name
        assert int(headers["Content-Length"]) == len(content)


def test_a_page_comes_packed_to_who_takes_that(home: Settings, port: int) -> None:
    current = kept.current(home)
    assert current
    connection = http.client.HTTPConnection(serving.HOST, port, timeout=30)
    connection.request("GET", "/index.html", headers={"Accept-Encoding": "gzip"})
    answer = connection.getresponse()
    content = answer.read()
    assert answer.getheader("Content-Encoding") == "gzip" and len(content) < 20_000
    assert gzip.decompress(content) == (current.folder / "index.html").read_bytes()


@pytest.mark.parametrize(
    "path", ["/../current/index.html", "/%2e%2e/published.json", "/csv/", "/csv", "/../../", "//etc/passwd", "/.."]
)
def test_nothing_but_what_the_manifest_lists_is_given(port: int, path: str) -> None:
    assert ask(port, path)[0] in (400, 404)


def test_who_comes_by_another_name_is_refused(port: int) -> None:
    assert ask(port, "/index.html", host="example.org")[0] == 421
    assert ask(port, "/index.html", host=f"localhost:{port}")[0] == 200


def test_a_file_that_was_changed_is_not_shown_and_another_release_is_seen_at_once(
    small: DemoRun, tmp_path: Path
) -> None:
    copy = tmp_path / "home"
    copied(small.settings.home, copy)
    home = Settings(home=copy)
    newest, before = kept.published(home)[-1], kept.published(home)[-2]
    with serving.server(home, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        own(newest.folder / "eu.html").write_text("<p>anders</p>")
        assert ask(port, "/eu.html")[0] == 500
        publishing.switch(home, before.folder)
        name = "csv/dim_meetmoment.csv"
        assert ask(port, f"/{name}")[2] == (before.folder / name).read_bytes()
        server.shutdown()


def test_a_release_is_opened_once_for_all_that_is_asked_of_it(
    home: Settings, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    def current(settings: Settings) -> kept.Release | None:
        opened.append(settings)
        return kept.current(settings)

    monkeypatch.setattr(serving, "current", current)
    with serving.server(home, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for path in ("/", "/index.html", "/csv/dim_meetmoment.csv"):
            assert ask(server.server_address[1], path)[0] == 200
        server.shutdown()
    assert opened == [home]


def test_before_there_is_a_release_nothing_is_there(tmp_path: Path) -> None:
    with serving.server(Settings(home=tmp_path), 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert ask(server.server_address[1], "/")[0] == 404
        server.shutdown()
