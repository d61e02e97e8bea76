"""Serving: the current release on this machine alone, under the headers a public web server should send too."""

import gzip
import io
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

from flows.forms.names import CHARTS, DATABASE
from flows.release.kept import MANIFEST, NotReadBack, Release, current, served_id
from flows.release.sign import SUFFIX
from flows.settings import Settings
from flows.warehouse import docs

HOST = "127.0.0.1"
_SITE = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# A chart with its page is made to stand in the pages of others.
_EMBEDDED = _SITE.replace("frame-ancestors 'none'", "frame-ancestors *")
_CHARTS = tuple(f"/{language}{CHARTS}/" for language in ("", "en/"))
# dbt's own page carries all of it inside: it may run that and nothing else, and load nothing.
_DOCS = (
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SIGNED = (DATABASE, DATABASE + SUFFIX, MANIFEST, MANIFEST + SUFFIX)
"""What the manifest does not list: itself, the database, and their signatures, held when the release was opened."""
_TEXT = {".html", ".css", ".js", ".svg", ".csv", ".json", ".ttl", ".jsonld"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}


def server(settings: Settings, port: int) -> ThreadingHTTPServer:
    """A server of the release that is current at the moment of each request, so that a new one is seen at once.

    Args:
        port: of this machine; 0 for any that is free.
    """
    return ThreadingHTTPServer((HOST, port), partial(_Handler, settings=settings, opened={}))


class _Handler(SimpleHTTPRequestHandler):
    """Files that the manifest of the release lists, once their bytes are those it says; and nothing else."""

    server_version = "veerkracht"
    sys_version = ""
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript; charset=utf-8",
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".csv": "text/csv; charset=utf-8",
        ".svg": "image/svg+xml",
        ".ttl": "text/turtle; charset=utf-8",
        ".jsonld": "application/ld+json",
        ".parquet": "application/vnd.apache.parquet",
    }

    def __init__(self, *args: Any, settings: Settings, opened: dict[str, Release], **kwargs: Any) -> None:
        self._settings, self._opened = settings, opened
        super().__init__(*args, **kwargs)

    def send_head(self) -> Any:
        """Refuse who comes by another name, as a page elsewhere would that had this address looked up."""
        asked = self.headers.get("Host") or ""
        if asked.rpartition(":")[0] not in (HOST, "localhost"):
            return self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        name = unquote(self.path.partition("?")[0]).lstrip("/") or "index.html"
        try:
            found = self._file(name)
        except NotReadBack as broken:
            return self.send_error(HTTPStatus.INTERNAL_SERVER_ERROR, explain=str(broken))
        if found is None:
            return self.send_error(HTTPStatus.NOT_FOUND)
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", self.guess_type(name))
        self.send_header("Vary", "Accept-Encoding")
        body: BinaryIO = found.open("rb")
        length = found.stat().st_size
        if found.suffix in _TEXT and "gzip" in self.headers.get("Accept-Encoding", ""):
            with body:
                packed = gzip.compress(body.read(), 6, mtime=0)  # a page is a tenth of its size on the way
            self.send_header("Content-Encoding", "gzip")
            body, length = io.BytesIO(packed), len(packed)
        self.send_header("Content-Length", str(length))
        self.end_headers()
        return body

    def _file(self, name: str) -> Path | None:
        """A file of the current release; None where it has none of this name."""
        release = self._opened.get(served_id(self._settings) or "") or current(self._settings)
        if release is None:
            return None
        if release.folder.name not in self._opened:
            self._opened.clear()
            self._opened[release.folder.name] = release
        if name in _SIGNED:
            return release.database.with_name(name)
        return release.file(name) if release.lists(name) else None

    def end_headers(self) -> None:
        """Send the headers with every answer."""
        path = self.path.partition("?")[0] if hasattr(self, "path") else ""
        is_embedded = path.startswith(_CHARTS)
        policy = _DOCS if path == f"/{docs.PAGE}" else _EMBEDDED if is_embedded else _SITE
        elsewhere = {"Cross-Origin-Resource-Policy": "cross-origin"} if is_embedded else {}
        for name, value in ({"Content-Security-Policy": policy} | HEADERS | elsewhere).items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of what is read."""
