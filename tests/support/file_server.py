"""A server on the loopback address that gives a file well or badly, as a test tells it to."""

from __future__ import annotations

import contextlib
import http.server
import re
import socket
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.message import Message
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Answer:
    """How the server answers one request.

    Attributes:
        content: the file.
        etag: its ETag, with quotes; None for none.
        modified: its Last-Modified.
        status: instead of 200 or 206.
        ranges: whether a Range is understood.
        if_range: whether an If-Range is; where not, parts of any version are given.
        cut: after how many bytes of the body the connection is closed.
        length: the Content-Length that is sent: the right one, another one, or None.
        chunked: send chunks, and no length.
        more: bytes that follow the body.
        headers: further headers.
        hold: waited for where the connection would be cut, or else before the body; the body then
            goes on.
    """

    content: bytes = b""
    etag: str | None = '"1"'
    modified: str | None = None
    status: int | None = None
    ranges: bool = True
    if_range: bool = True
    cut: int | None = None
    length: int | str | None = "right"
    chunked: bool = False
    more: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hold: threading.Event | None = None


@dataclass
class Request:
    """What was asked.

    Attributes:
        path: the path, as it was sent.
        headers: the headers.
    """

    path: str
    headers: Message

    @property
    def range(self) -> str | None:
        """The Range that was asked for."""
        return self.headers["Range"]


class FileServer:
    """A server whose answers to a path come in the order given, the last one again and again.

    Attributes:
        address: of the server, without a slash at the end.
        requests: all that were received.
        holding: set when an answer begins to wait.
    """

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.holding = threading.Event()
        self._answers: dict[str, list[Answer]] = {}
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._server.daemon_threads = True
        self._server.handle_error = _tell_unless_cut  # type: ignore[method-assign]
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"

    def serve(self, path: str, *answers: Answer) -> str:
        """Set the answers of a path; returns its address."""
        self._answers[path] = list(answers)
        return self.address + path

    def answer(self, request: Request) -> Answer:
        """The next answer to a request, which is noted."""
        self.requests.append(request)
        answers = self._answers.get(urlsplit(request.path).path)
        if answers is None:
            return Answer(b"nothing here", status=404)
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def ranges(self) -> list[str | None]:
        """The Range of each request."""
        return [request.range for request in self.requests]

    @contextlib.contextmanager
    def running(self) -> Iterator[FileServer]:
        """The server, answering."""
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()


def _tell_unless_cut(request: Any, client: Any) -> None:
    # Whoever asked may go away in the middle; anything else is a mistake of this file.
    if not isinstance(sys.exc_info()[1], ConnectionError):
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]


def _handler_of(server: FileServer) -> type[http.server.BaseHTTPRequestHandler]:
    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            answer = server.answer(Request(self.path, self.headers))
            body, status, span = self._choose(answer)
            self.send_response(answer.status or status)
            if answer.etag is not None:
                self.send_header("ETag", answer.etag)
            if answer.modified is not None:
                self.send_header("Last-Modified", answer.modified)
            if answer.chunked:
                self.send_header("Transfer-Encoding", "chunked")
            elif answer.length is not None:
                length = len(body) if answer.length == "right" else answer.length
                self.send_header("Content-Length", str(length))
            else:
                self.send_header("Connection", "close")
            if span is not None and "Content-Range" not in answer.headers:
                self.send_header("Content-Range", span)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self._send(answer, body)

        def _choose(self, answer: Answer) -> tuple[bytes, int, str | None]:
            """The bytes to send, the status and the Content-Range, by what is asked for."""
            content = answer.content
            asked = re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range", ""))
            known = (None, answer.etag, answer.modified)
            same = not answer.if_range or self.headers.get("If-Range") in known
            if asked is None or not answer.ranges or not same or answer.status is not None:
                return content, 200, None
            start = int(asked[1])
            if start >= len(content):
                return b"", 416, f"bytes */{len(content)}"
            span = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return content[start:], 206, span

        def _send(self, answer: Answer, body: bytes) -> None:
            cut = len(body) if answer.cut is None else answer.cut
            if answer.hold is not None:
                cut = answer.cut or 0
            self._put(body[:cut], answer.chunked)
            if answer.hold is not None:
                self.wfile.flush()
                server.holding.set()
                answer.hold.wait(60)
            elif answer.cut is not None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._put(body[cut:] + answer.more, answer.chunked)
            if answer.chunked:
                self.wfile.write(b"0\r\n\r\n")
            if answer.length is None or answer.length != "right" or answer.more:
                self.close_connection = True

        def _put(self, block: bytes, chunked: bool) -> None:
            if chunked and block:
                block = b"%x\r\n%b\r\n" % (len(block), block)
            self.wfile.write(block)

        def log_message(self, format: str, *args: object) -> None:
            pass

    return Handler
