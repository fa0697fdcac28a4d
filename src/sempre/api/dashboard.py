"""Serves the built dashboard: hashed files for ever, the page itself always fresh, everything compressed once."""

import gzip
import mimetypes
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from sempre.api.pages import NOT_BUILT, notice_page

PREFIX = "/dashboard"
_FOR_EVER = "public, max-age=31536000, immutable"
_PACKED = frozenset(
    {"text/html", "text/css", "text/javascript", "image/svg+xml", "application/json"}
)
_WORTH_PACKING = 1024  # bytes
# Not left to the machine's own tables: on Windows a registry may say that .js is text/plain.
_TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
}


@dataclass(frozen=True)
class _File:
    content: bytes
    packed: bytes | None
    media_type: str
    etag: str
    changed_ns: int


class Dashboard:
    """Passes on what is not below /dashboard. Files are read once and again when they change."""

    def __init__(self, app: ASGIApp, folder: Path) -> None:
        self._app = app
        self._folder = folder
        self._files: dict[Path, _File] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        answer = self._app
        if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"}:
            if path in {"/", PREFIX}:
                answer = RedirectResponse(PREFIX + "/", 307)
            elif path.startswith(PREFIX + "/"):
                answer = self._answer(path.removeprefix(PREFIX + "/"), Headers(scope=scope))
        await answer(scope, receive, send)

    def _answer(self, name: str, headers: Headers) -> Response:
        file = self._file(name)
        is_asset = name.startswith("assets/")
        if file is None and is_asset:  # a page from before an update asks for a script that is gone
            return Response(status_code=404, headers={"cache-control": "no-store"})
        if file is None:  # the page finds its way by the address itself
            is_asset, file = False, self._file("index.html")
        if file is None:
            return notice_page(NOT_BUILT, 503)
        return _send(file, headers, _FOR_EVER if is_asset else "no-cache")

    def _file(self, name: str) -> _File | None:
        """None: not there, or not below the folder."""
        path = self._folder / name
        try:
            inside = path.resolve(strict=True).is_relative_to(self._folder.resolve())
            if not inside or not path.is_file() or path.name.startswith("."):
                return None
            changed = path.stat().st_mtime_ns
            known = self._files.get(path)
            if known is None or known.changed_ns != changed:
                known = self._files[path] = _read(path, changed)
        except (OSError, ValueError):  # gone meanwhile, or no possible name
            return None
        return known


def _read(path: Path, changed_ns: int) -> _File:
    content = path.read_bytes()
    media_type = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    media_type = media_type or "application/octet-stream"
    packed = None
    if media_type in _PACKED and len(content) > _WORTH_PACKING:
        packed = gzip.compress(content, 9, mtime=0)
    etag = f'W/"{sha256(content).hexdigest()[:32]}"'
    return _File(content, packed, media_type, etag, changed_ns)


def _send(file: _File, headers: Headers, caching: str) -> Response:
    answer = {"cache-control": caching, "etag": file.etag, "vary": "accept-encoding"}
    if file.etag in headers.get("if-none-match", ""):
        return Response(status_code=304, headers=answer)
    content = file.content
    if file.packed is not None and "gzip" in headers.get("accept-encoding", ""):
        content = file.packed
        answer["content-encoding"] = "gzip"
    return Response(content, headers=answer, media_type=file.media_type)
