"""One file from one address over HTTP: in several attempts, each going on where the last ended.

Beside what has come of the file lies a note of which version of it that is, as the server tells
them apart, so that also a later run goes on from it, and parts of two versions are never joined.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import itertools
import json
import os
import re
import shutil
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from nasbench_db.__version__ import __version__
from nasbench_db.errors import DownloadError
from nasbench_db.sources.catalogue import SourceFile
from nasbench_db.store.placing import NewFile
from nasbench_db.store.progress import tqdm

if TYPE_CHECKING:
    from requests import Response, Session

PART_SUFFIX = ".part"
"""What a file's name ends in until it is whole and checked."""

NOTE_SUFFIX = ".part.json"
"""What the name of the note on it ends in."""

PAUSES = (1.0, 4.0, 16.0, 60.0)
"""Seconds to wait before each further attempt; counted anew when an attempt brought bytes."""

TIMEOUTS = (20.0, 60.0)
"""Seconds to wait for a connection, and for the next bytes."""

_CUT = "the connection was cut"
_STALLED = "nothing came any more"
_BLOCK = 1 << 16
_MAX_REDIRECTS = 10
_PASSING = {408, 425, 429, 500, 502, 503, 504}  # what a server says when later may do
_PAGES = ("text/html", "application/xhtml+xml", "application/json", "application/xml", "text/xml")
_USER = re.compile(r"(?<=//)[^/?#]*@")
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(\d+|\*)")


class Refused(Exception):
    """An address will not give the file."""


class _Interrupted(Exception):
    """An attempt failed, and a further one may do."""


class _Unreachable(_Interrupted):
    """There was no connection at all."""


def new_session() -> Session:
    """What requests are made with; it takes proxies from the environment."""
    import requests

    session = requests.Session()
    # Places in a file are counted in its own bytes, so it must come as it is.
    session.headers.update(
        {"User-Agent": f"nasbench_db/{__version__}", "Accept-Encoding": "identity"}
    )
    return session


def difference(path: Path, file: SourceFile, *, progress: bool = True) -> str | None:
    """What tells a file from the published one, as text; None if nothing that is known does.

    Args:
        path: the file.
        file: the published one.
        progress: show a progress bar on stderr while its hash is computed.

    Raises:
        OSError: it cannot be read.
    """
    size = path.stat().st_size
    if file.size not in (None, size):
        return f"it has {size:,} bytes, and the published file has {file.size:,}"
    if size == 0:
        return "it is empty"
    if not file.has_hash:
        return None
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    with open(path, "rb") as opened, _bar(f"checking {file.name}", size, 0, progress) as bar:
        while block := opened.read(1 << 20):
            sha256.update(block)
            if file.md5 is not None:
                md5.update(block)
            bar.update(len(block))
    if file.sha256 is not None and not sha256.hexdigest().startswith(file.sha256):
        begins = "" if len(file.sha256) == 64 else " begins with"
        return f"its SHA-256 is {sha256.hexdigest()}, and the published one{begins} {file.sha256}"
    if file.md5 is not None and not md5.hexdigest().endswith(file.md5):
        ends = "" if len(file.md5) == 32 else " ends in"
        return f"its MD5 is {md5.hexdigest()}, and the published one{ends} {file.md5}"
    return None


@dataclass(frozen=True)
class _Version:
    """Which version of a file some bytes are of.

    Attributes:
        address: a hash of where they come from; an address can hold a password.
        etag: the server's strong ETag.
        modified: its Last-Modified.
        length: the whole file's bytes.
    """

    address: str
    etag: str | None
    modified: str | None
    length: int | None

    @classmethod
    def of(cls, address: str, response: Response, length: int | None) -> _Version:
        etag = response.headers.get("ETag")
        if etag is not None and not etag.startswith('"'):  # a weak one is no proof of equal bytes
            etag = None
        return cls(_hashed(address), etag, response.headers.get("Last-Modified"), length)

    @property
    def validator(self) -> str | None:
        """What to ask the server with, whether it still has this version."""
        return self.etag or self.modified

    def differs(self, other: _Version) -> bool:
        """Whether another answer of the same address is of another version for sure."""
        return any(
            None not in (mine, theirs) and mine != theirs
            for mine, theirs in (
                (self.etag, other.etag),
                (self.modified, other.modified),
                (self.length, other.length),
            )
        )


class Part:
    """What has come of a file so far, and the note on which version of it that is."""

    def __init__(self, place: Path) -> None:
        self.path = place.with_name(place.name + PART_SUFFIX)
        self._note = place.with_name(place.name + NOTE_SUFFIX)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        try:
            return self.path.stat().st_size
        except FileNotFoundError:
            return 0

    def version(self, address: str) -> _Version | None:
        """Which version it is of, if it is one of this address."""
        try:
            version = _Version(**json.loads(self._note.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return None
        return version if version.address == _hashed(address) else None

    def begin(self, version: _Version) -> None:
        """Throw away what there is, for the bytes of a version to come."""
        # In this order: at no moment is there a note beside bytes of another version.
        self.discard()
        self._note.write_text(json.dumps(asdict(version)), encoding="utf-8")

    def discard(self) -> None:
        """Throw away what there is."""
        self._note.unlink(missing_ok=True)
        self.path.unlink(missing_ok=True)

    def hand_over(self, new: NewFile) -> None:
        """Put it in its place, for good."""
        with open(self.path, "rb+") as file:
            os.fsync(file.fileno())  # takes the longest, so before it loses its name
        os.replace(self.path, new.partial)
        new.put()
        self._note.unlink(missing_ok=True)


class Transfer:
    """One file from one address, in as many attempts as it takes."""

    def __init__(
        self, session: Session, file: SourceFile, address: str, part: Part, progress: bool
    ) -> None:
        self._session = session
        self._file = file
        self._address = address
        self._part = part
        self._progress = progress
        self._answered = False

    def run(self) -> None:
        """Make the part whole and right.

        Raises:
            Refused: the address does not give the file.
            DownloadError: there is no room for it.
        """
        pauses = iter(PAUSES)
        attempts = furthest = 0
        restarted = False
        while True:
            attempts += 1
            try:
                resumed = self._attempt()
                problem = difference(self._part.path, self._file, progress=self._progress)
                if problem is None:
                    return
                self._part.discard()
                problem = f"what came is not the published file, and was deleted: {problem}"
                if restarted or not resumed:
                    raise Refused(problem)
                # Something may have happened to the part between two runs, or the file may have
                # changed on a server that does not tell.
                restarted, furthest, pauses = True, 0, iter(PAUSES)
                raise _Interrupted(problem)
            except _Interrupted as trouble:
                if isinstance(trouble, _Unreachable) and not self._answered:
                    raise Refused(str(trouble)) from None
                size = self._part.size
                if size > furthest:
                    furthest, pauses = size, iter(PAUSES)
                pause = next(pauses, None)
                if pause is None:
                    times = f" (in the last of {attempts} attempts)" if attempts > 1 else ""
                    raise Refused(f"{trouble}{times}") from None
                self._tell(f"{trouble}; trying again in {pause:g} s")
                time.sleep(pause)

    def _attempt(self) -> bool:
        """Get what is missing; returns whether there was something to go on from."""
        version = self._part.version(self._address)
        offset = self._part.size if version is not None else 0
        if version is None or not offset or not self._may_resume(version):
            version, offset = None, 0
        elif offset == version.length:
            return True
        headers = {}
        if version is not None:
            headers["Range"] = f"bytes={offset}-"
            if version.validator is not None:
                headers["If-Range"] = version.validator
        with self._open(headers) as response:
            self._answered = True
            if version is not None and response.status_code == 416:
                if _content_range(response)[1] == offset:
                    return True  # it ended right after the last byte
                self._part.discard()
                raise _Interrupted("the file has changed there; beginning anew")
            self._check_answer(response, resuming=version is not None)
            if response.status_code == 206:
                assert version is not None
                self._go_on(response, version, offset)
                return True
            self._begin(response)
            return False

    def _may_resume(self, version: _Version) -> bool:
        """Whether two versions could not be joined unnoticed."""
        return version.validator is not None or self._file.has_hash

    def _begin(self, response: Response) -> None:
        """Take the whole file from an answer."""
        length = response.headers.get("Content-Length", "")
        announced = int(length) if length.isdecimal() else None
        size = self._file.size
        if announced is not None and size not in (None, announced):
            raise Refused(f"it announces {announced:,} bytes, and the published file has {size:,}")
        chunked = "chunked" in response.headers.get("Transfer-Encoding", "").lower()
        if announced is None and not chunked and size is None:
            raise Refused(
                "it does not say how long the file is, so that a cut could not be told from the "
                "end"
            )
        expected = announced if announced is not None else None if chunked else size
        if announced is not None:
            check_room(self._part, announced)
        blocks = self._blocks(response)
        first = next(blocks, b"")
        if first.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html")):
            raise Refused(self._page_text(first))
        self._part.begin(_Version.of(self._address, response, announced))
        self._write(itertools.chain([first], blocks), 0, expected)

    def _go_on(self, response: Response, version: _Version, offset: int) -> None:
        """Take the rest of the file from an answer."""
        start, length = _content_range(response)
        if start != offset or version.differs(_Version.of(self._address, response, length)):
            # Also where a server does not understand the question whether it has the same still.
            self._part.discard()
            raise _Interrupted("the file has changed there; beginning anew")
        expected = version.length if version.length is not None else length
        self._write(self._blocks(response), offset, expected)

    def _write(self, blocks: Iterator[bytes], offset: int, expected: int | None) -> None:
        """Append blocks to the part, up to as many bytes as are expected in all."""
        limit = expected if expected is not None else self._file.size
        size = offset
        with (
            open(self._part.path, "ab") as part,
            _bar(self._file.name, limit, offset, self._progress) as bar,
        ):
            try:
                block = next(blocks, b"")
                while block and (limit is None or size + len(block) <= limit):
                    part.write(block)
                    bar.update(len(block))
                    size += len(block)
                    block = next(blocks, b"")
            except _Interrupted as trouble:
                of = "" if limit is None else f" of {limit:,}"
                raise _Interrupted(f"{trouble} after {size:,}{of} bytes") from None
        if block:
            self._part.discard()
            raise Refused(f"it sends more than the {limit:,} bytes that the file has")
        if expected is not None and size < expected:  # not every version of urllib3 notices
            raise _Interrupted(f"{_CUT} after {size:,} of {expected:,} bytes")

    def _blocks(self, response: Response) -> Iterator[bytes]:
        """The content of an answer.

        Raises:
            _Interrupted: the connection was cut before the end.
        """
        from requests import RequestException
        from urllib3.exceptions import HTTPError

        try:
            yield from response.iter_content(_BLOCK)
        except (RequestException, HTTPError) as error:
            raise _Interrupted(_STALLED if _timed_out(error) else _CUT) from None

    def _open(self, headers: dict[str, str]) -> Response:
        """The answer to a request, after redirections."""
        from requests import RequestException
        from requests.exceptions import ConnectionError, ReadTimeout, Timeout
        from urllib3.exceptions import ProtocolError

        address = self._address
        for _ in range(_MAX_REDIRECTS + 1):
            try:
                response = self._session.get(
                    address, headers=headers, stream=True, timeout=TIMEOUTS, allow_redirects=False
                )
            except (ConnectionError, Timeout) as error:
                connected = any(
                    isinstance(one, (ProtocolError, ReadTimeout)) for one in _causes(error)
                )
                kind = _Interrupted if connected else _Unreachable
                raise kind(_reason(error)) from None
            except (RequestException, ValueError) as error:
                raise Refused(_reason(error)) from None
            target = self._session.get_redirect_target(response)
            if target is None:
                return response
            response.close()
            address = redirected(address, target)
        raise Refused(f"it redirects more than {_MAX_REDIRECTS} times")

    def _check_answer(self, response: Response, *, resuming: bool) -> None:
        """Refuse what is not the file, before any of it is taken."""
        status = response.status_code
        said = _plain(f"{status} {response.reason or ''}".strip(), 60)
        if status in (404, 410):
            raise Refused(f"the link is dead ({said})")
        if status in (401, 403):
            raise Refused(f"access is refused ({said})")
        if status in _PASSING:
            raise _Interrupted(f"the server cannot give it now ({said})")
        if status != 200 and not (status == 206 and resuming):
            raise Refused(f"an unexpected answer ({said})")
        kind = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind in _PAGES:
            raise Refused(self._page_text(_beginning(response)))
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in ("", "identity"):
            raise Refused(
                f"it sends the file in another form than it has (Content-Encoding: "
                f"{_plain(encoding, 20)}), unasked"
            )

    def _page_text(self, page: bytes) -> str:
        """What to say of a web page that came instead of the file."""
        found = re.search(rb"<title[^>]*>(.*?)</title", page, re.IGNORECASE | re.DOTALL)
        title = _plain(html.unescape(found[1].decode(errors="replace")), 80) if found else ""
        text = "a web page came instead of the file" + (f', "{title}"' if title else "")
        if (urlsplit(self._address).hostname or "").endswith("google.com"):
            return (
                f"{text}: Google refuses a file that too many have fetched, or that is gone; in a "
                "browser, sign in, copy the file to your own Drive, and download the copy"
            )
        return f"{text}: it wants a login or a click, or the file is gone"

    def _tell(self, text: str) -> None:
        if self._progress:
            tqdm.write(f"{self._file.name}: {text}", file=sys.stderr)


def redirected(address: str, target: str) -> str:
    """Where a redirection leads.

    Raises:
        Refused: to where nobody may be led.
    """
    try:
        result = urljoin(address, target)
        old, new = urlsplit(address).scheme, urlsplit(result).scheme
    except ValueError:
        raise Refused(f"it redirects to {_plain(target, 100)!r}, which is no address") from None
    if new not in ("http", "https") or (old == "https" and new == "http"):
        raise Refused(f"it redirects from {old} to {_plain(shown(result), 100)}")
    return result


def check_room(part: Part, size: int) -> None:
    """Refuse to begin what the disk has no room for."""
    free = shutil.disk_usage(part.path.parent).free
    needed = size - part.size  # of what there is, all is kept, or all is deleted
    if needed > free:
        raise DownloadError(
            f"{part.path.parent} has room for {free:,} bytes more, and {needed:,} are needed; "
            "make room, or give another folder"
        )


def _bar(name: str, total: int | None, begun: int, progress: bool) -> tqdm:
    return tqdm(
        desc=name, total=total, initial=begun, unit="B", unit_scale=True, disable=not progress
    )


def _content_range(response: Response) -> tuple[int | None, int | None]:
    """Where the content of an answer begins in the file, and how long the file is."""
    found = _CONTENT_RANGE.fullmatch(response.headers.get("Content-Range", "").strip())
    if found is None:
        return None, None
    return (
        None if found[1] is None else int(found[1]),
        None if found[3] == "*" else int(found[3]),
    )


def _beginning(response: Response) -> bytes:
    """The first bytes of a web page."""
    page = b""
    with contextlib.suppress(Exception):  # the page matters little, and why it ends less
        for block in response.iter_content(1 << 12):
            page += block
            if len(page) >= 1 << 16:
                break
    return page


def _reason(error: BaseException) -> str:
    """Why a request failed, in a few words."""
    from requests import exceptions

    causes = list(_causes(error))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        return "the host is not found (is this machine offline?)"
    if any(isinstance(cause, exceptions.ProxyError) for cause in causes):
        return "the proxy of this machine does not let it through"
    if any(isinstance(cause, exceptions.SSLError) for cause in causes):
        return f"no secure connection: {_plain(str(causes[-1]), 150)}"
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return "the connection is refused"
    if any(isinstance(cause, exceptions.ConnectTimeout) for cause in causes):
        return f"no connection within {TIMEOUTS[0]:g} s"
    if _timed_out(error):
        return _STALLED
    return _plain(str(causes[-1]) or type(causes[-1]).__name__, 150)


def _timed_out(error: BaseException) -> bool:
    """Whether a request failed because nothing came."""
    from requests.exceptions import ReadTimeout

    return any(isinstance(cause, (ReadTimeout, TimeoutError)) for cause in _causes(error))


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An error and what it wraps, the innermost last."""
    seen: set[int] = set()
    current: object = error
    while isinstance(current, BaseException) and id(current) not in seen:
        seen.add(id(current))
        yield current
        wrapped = [value for value in current.args if isinstance(value, BaseException)]
        inner = (getattr(current, "reason", None), current.__cause__, current.__context__)
        current = next((one for one in (*wrapped, *inner) if isinstance(one, BaseException)), None)


def _plain(text: str, limit: int) -> str:
    """Text from a server, fit to be shown: one line, no control characters, not too long."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


def shown(address: str) -> str:
    """An address without the user's name and password in it."""
    return _USER.sub("", address, count=1)


def _hashed(address: str) -> str:
    return hashlib.sha256(address.encode(errors="replace")).hexdigest()
