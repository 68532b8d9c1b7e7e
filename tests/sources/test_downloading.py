"""Downloading: whole and right or not at all, and as little as possible twice.

Everything is fetched from a server on the loopback address that cuts, lies and hides.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import hashlib
import io
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import filelock
import pytest
import requests
import urllib3.util.connection
from support.file_server import Answer, FileServer

import nasbench_db
from nasbench_db import benchmarks
from nasbench_db.benchmarks import download, download_benchmark
from nasbench_db.errors import DownloadError, DownloadInProgress, NasbenchDBError
from nasbench_db.nasbench101 import published as nasbench101
from nasbench_db.sources import transferring
from nasbench_db.sources.catalogue import SourceFile
from nasbench_db.sources.downloading import fetch, next_command

Finder = Callable[[Path], list[str]]

BLOCK = transferring._BLOCK
CONTENT = random.Random(0).randbytes(5 * BLOCK + 1234)
OTHER = random.Random(1).randbytes(len(CONTENT))
PAGE = b"<!DOCTYPE html><html><head><title>Drive &amp; Quota\n exceeded</title></head></html>"

posix = pytest.mark.skipif(os.name != "posix", reason="needs the signals and limits of POSIX")


def described(content: bytes = CONTENT, **changes: Any) -> SourceFile:
    """A published file of some content."""
    file = SourceFile(
        "data.tfrecord",
        "nasbench101",
        "made by the test",
        ("https://example.org/page",),
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )
    return dataclasses.replace(file, **changes)


UNCHECKED = described(size=None, sha256=None)


@pytest.fixture
def server() -> Iterator[FileServer]:
    """A server that has nothing yet."""
    with FileServer().running() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the file shall lie."""
    return tmp_path / "data"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Does not wait between attempts, but tells how long it would have; and asks no proxy."""
    waited: list[float] = []
    monkeypatch.setattr(transferring.time, "sleep", waited.append)
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return waited


def get(file: SourceFile, folder: Path, *addresses: str) -> Path:
    """Fetch without a progress bar."""
    return fetch(file, folder, addresses, progress=False)


def failure(file: SourceFile, folder: Path, *addresses: str) -> str:
    """What the error says, when the file is not got."""
    with pytest.raises(DownloadError) as caught:
        get(file, folder, *addresses)
    assert not (folder / file.name).exists()
    return str(caught.value)


def only(folder: Path) -> Path:
    """The one file of a folder, but for an empty lock file."""
    (path,) = (other for other in folder.iterdir() if other.suffix != ".lock")
    return path


def part_of(folder: Path) -> Path:
    """Where the file lies until it is whole."""
    return folder / f"data.tfrecord{transferring.PART_SUFFIX}"


def cut_once(server: FileServer, folder: Path, **options: Any) -> str:
    """Let a download end after two blocks, with no further attempt; returns the address."""
    address = server.serve("/file", Answer(CONTENT, cut=2 * BLOCK, **options))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transferring, "PAUSES", ())
        with pytest.raises(DownloadError, match="cut after"):
            get(described(), folder, address)
    assert part_of(folder).read_bytes() == CONTENT[: 2 * BLOCK]
    server.requests.clear()
    return address


# When all is well.


def test_a_file_is_put_in_place_and_nothing_beside_it(server: FileServer, folder: Path) -> None:
    """The folder is made, parents included."""
    address = server.serve("/file", Answer(CONTENT))
    path = get(described(), folder / "deeper", address)
    assert path == only(folder / "deeper")
    assert path.read_bytes() == CONTENT
    (request,) = server.requests
    assert request.range is None
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["User-Agent"].startswith("nasbench_db/")


@pytest.mark.parametrize("options", [{"chunked": True}, {"length": None}, {"etag": None}])
def test_a_server_may_leave_out_what_is_known(
    options: dict[str, Any], server: FileServer, folder: Path
) -> None:
    address = server.serve("/file", Answer(CONTENT, **options))
    assert get(described(), folder, address).read_bytes() == CONTENT


def test_a_file_of_which_nothing_is_known_is_taken_as_it_comes(
    server: FileServer, folder: Path
) -> None:
    address = server.serve("/file", Answer(CONTENT))
    assert get(UNCHECKED, folder, address).read_bytes() == CONTENT


def test_a_redirection_is_followed(server: FileServer, folder: Path) -> None:
    """With what was asked for, also when a download goes on."""
    first = server.serve("/moved", Answer(status=302, headers={"Location": "/there"}))
    server.serve("/there", Answer(CONTENT, cut=2 * BLOCK), Answer(CONTENT))
    assert get(described(), folder, first).read_bytes() == CONTENT
    assert [request.path for request in server.requests] == ["/moved", "/there"] * 2
    assert server.ranges() == [None, None, *[f"bytes={2 * BLOCK}-"] * 2]


def test_a_progress_bar_and_interruptions_are_told_on_stderr(
    server: FileServer, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    address = server.serve("/file", Answer(CONTENT, cut=2 * BLOCK), Answer(CONTENT))
    fetch(described(), folder, [address])
    out, err = capsys.readouterr()
    assert out == ""
    assert "data.tfrecord: the connection was cut after 131,072 of 328,914 bytes; trying" in err
    assert "checking data.tfrecord" in err
    get(described(), folder, address)
    assert capsys.readouterr() == ("", "")


def test_a_proxy_of_the_environment_is_used(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clusters reach the world through one."""
    server.serve("/file", Answer(CONTENT))
    monkeypatch.setenv("http_proxy", server.address)
    path = get(described(), folder, "http://nowhere.invalid/file")
    assert path.read_bytes() == CONTENT
    assert server.requests[0].path == "http://nowhere.invalid/file"


def test_name_and_password_of_an_address_are_sent_and_not_told(
    server: FileServer, folder: Path
) -> None:
    server.serve("/file", Answer(CONTENT, status=404))
    address = f"{server.address}/file".replace("://", "://ada:secret@")
    text = failure(described(), folder, address)
    assert server.requests[0].headers["Authorization"].startswith("Basic ")
    assert f"{server.address}/file: " in text
    assert "secret" not in text
    server.serve("/file", Answer(CONTENT, cut=2 * BLOCK), Answer(b"", status=403))
    assert "secret" not in failure(described(), folder, address)
    assert not any(b"secret" in other.read_bytes() for other in folder.iterdir())


# Cut connections.


@pytest.mark.parametrize("cut", [0, 1, BLOCK - 1, BLOCK, 3 * BLOCK + 7, len(CONTENT) - 1])
def test_a_cut_connection_is_gone_on_with(cut: int, server: FileServer, folder: Path) -> None:
    """From the last whole block, with the question whether the file is the same still."""
    address = server.serve("/file", Answer(CONTENT, cut=cut), Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    kept = cut // BLOCK * BLOCK
    first, second = server.requests
    assert (first.range, second.range) == (None, f"bytes={kept}-" if kept else None)
    assert second.headers["If-Range"] == ('"1"' if kept else None)
    assert only(folder).name == "data.tfrecord"


def test_many_cuts_are_survived_as_long_as_bytes_come(
    server: FileServer, folder: Path, patient: list[float]
) -> None:
    """The pauses grow while none do, and begin anew when some did."""
    answers = [Answer(CONTENT, cut=BLOCK)] * 3
    nothing = [Answer(CONTENT, cut=0)] * 2
    address = server.serve("/file", *answers, *nothing, *answers, Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    first, second, third, _ = transferring.PAUSES
    assert patient == [first, first, first, second, third, first, first]
    assert second > first


def test_a_connection_that_is_always_cut_is_given_up(
    server: FileServer, folder: Path, patient: list[float]
) -> None:
    """What has come is kept for a later run."""
    answers = Answer(CONTENT, cut=2 * BLOCK), Answer(CONTENT, cut=0)
    address = server.serve("/file", *answers)
    text = failure(described(), folder, address)
    assert "the connection was cut after 131,072 of 328,914 bytes (in the last of 5" in text
    assert patient == list(transferring.PAUSES)
    server.serve("/file", Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges()[-1] == f"bytes={2 * BLOCK}-"


@pytest.mark.parametrize("validator", [{"etag": '"x"'}, {"etag": None, "modified": "Tue"}])
def test_a_later_run_goes_on_where_an_earlier_one_ended(
    validator: dict[str, Any], server: FileServer, folder: Path
) -> None:
    address = cut_once(server, folder, **validator)
    server.serve("/file", Answer(CONTENT, **validator))
    assert get(described(), folder, address).read_bytes() == CONTENT
    (request,) = server.requests
    assert request.range == f"bytes={2 * BLOCK}-"
    assert request.headers["If-Range"] in validator.values()
    assert only(folder).name == "data.tfrecord"


def test_a_connection_that_gives_nothing_more_is_left(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transferring, "TIMEOUTS", (5.0, 0.2))
    release = threading.Event()
    stalled = Answer(CONTENT, cut=2 * BLOCK, hold=release)
    address = server.serve("/file", stalled, Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [None, f"bytes={2 * BLOCK}-"]
    release.set()


def test_a_cut_among_chunks_is_noticed(server: FileServer, folder: Path) -> None:
    """Where neither the length nor a hash is known, the last chunk tells the end."""
    address = server.serve(
        "/file", Answer(CONTENT, chunked=True, cut=BLOCK), Answer(CONTENT, chunked=True)
    )
    assert get(UNCHECKED, folder, address).read_bytes() == CONTENT
    assert len(server.requests) == 2


def test_an_end_that_cannot_be_told_from_a_cut_is_refused(
    server: FileServer, folder: Path
) -> None:
    address = server.serve("/file", Answer(CONTENT, length=None))
    assert "does not say how long the file is" in failure(UNCHECKED, folder, address)


@pytest.mark.parametrize("options", [{"etag": None}, {"etag": 'W/"1"'}])
def test_without_a_proof_of_the_version_only_a_hash_allows_to_go_on(
    options: dict[str, Any], server: FileServer, folder: Path
) -> None:
    """Two versions joined would be noticed in the end. A weak ETag proves nothing."""
    for file, asked in ((described(), f"bytes={2 * BLOCK}-"), (UNCHECKED, None)):
        address = server.serve(
            "/file", Answer(CONTENT, cut=2 * BLOCK, **options), Answer(CONTENT, **options)
        )
        server.requests.clear()
        path = get(file, folder, address)
        assert path.read_bytes() == CONTENT
        assert server.ranges() == [None, asked]
        assert server.requests[1].headers["If-Range"] is None
        path.unlink()


# Servers that do not give parts, or give parts of something else.


def test_without_ranges_the_file_is_begun_anew(server: FileServer, folder: Path) -> None:
    answers = Answer(CONTENT, ranges=False, cut=2 * BLOCK), Answer(CONTENT, ranges=False)
    address = server.serve("/file", *answers)
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [None, f"bytes={2 * BLOCK}-"]


def test_without_ranges_a_cut_connection_is_given_up_in_the_end(
    server: FileServer, folder: Path, patient: list[float]
) -> None:
    """Beginning anew brings no bytes that were not there before."""
    address = server.serve("/file", Answer(CONTENT, ranges=False, cut=2 * BLOCK))
    assert "in the last of 5 attempts" in failure(described(), folder, address)
    assert patient == list(transferring.PAUSES)


@pytest.mark.parametrize("file", [described(), UNCHECKED], ids=["known", "unknown"])
def test_a_file_that_changes_is_begun_anew(
    file: SourceFile, server: FileServer, folder: Path
) -> None:
    """The server gives the whole new one."""
    first, second = (OTHER, '"old"'), (CONTENT, '"new"')
    address = server.serve(
        "/file", Answer(first[0], etag=first[1], cut=2 * BLOCK), Answer(second[0], etag=second[1])
    )
    assert get(file, folder, address).read_bytes() == CONTENT
    assert [request.headers["If-Range"] for request in server.requests] == [None, '"old"']


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"etag": '"old"'}, {"etag": '"new"'}),
        ({"etag": None, "modified": "Mon"}, {"etag": None, "modified": "Tue"}),
        ({"etag": '"old"'}, {"etag": None, "content": CONTENT + b"more"}),
    ],
    ids=["etag", "date", "length"],
)
def test_a_server_that_gives_parts_of_another_version_is_seen_through(
    old: dict[str, Any], new: dict[str, Any], server: FileServer, folder: Path
) -> None:
    """It was asked for them only if the file is the same, and does not understand that."""
    after = Answer(**{"content": CONTENT, "if_range": False, **new})
    address = server.serve("/file", Answer(OTHER, cut=2 * BLOCK, **old), after)
    assert get(UNCHECKED, folder, address).read_bytes() == after.content
    assert server.ranges() == [None, f"bytes={2 * BLOCK}-", None]


def test_versions_that_cannot_be_told_apart_are_so_by_the_hash(
    server: FileServer, folder: Path
) -> None:
    """The joined file is deleted, and the next attempt begins anew."""
    answers = Answer(OTHER, etag=None, cut=2 * BLOCK), Answer(CONTENT, etag=None)
    address = server.serve("/file", *answers)
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [None, f"bytes={2 * BLOCK}-", None]


@pytest.mark.parametrize("given", ["bytes 5-328913/328914", "bytes */328914", "", "lines 1-2/3"])
def test_a_part_from_another_place_is_not_joined(
    given: str, server: FileServer, folder: Path
) -> None:
    wrong = Answer(CONTENT, headers={"Content-Range": given})
    address = server.serve("/file", Answer(CONTENT, cut=2 * BLOCK), wrong, Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [None, f"bytes={2 * BLOCK}-", None]


def test_what_is_whole_already_is_not_asked_for(server: FileServer, folder: Path) -> None:
    """As when a run is killed while it computes the hash."""
    address = cut_once(server, folder)
    part_of(folder).write_bytes(CONTENT)
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.requests == []


def test_what_is_whole_already_is_taken_where_the_length_was_not_told(
    server: FileServer, folder: Path
) -> None:
    """The server says 416: there is nothing after the last byte."""
    cut = Answer(CONTENT, chunked=True, cut=2 * BLOCK)
    address = server.serve("/file", cut, Answer(b"", status=403))
    with pytest.raises(DownloadError, match="access is refused"):
        get(described(), folder, address)
    part_of(folder).write_bytes(CONTENT)
    server.requests.clear()
    server.serve("/file", Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [f"bytes={len(CONTENT)}-"]


@pytest.mark.parametrize("headers", [{}, {"Content-Range": "none"}])
def test_more_than_there_is_in_the_file_is_begun_anew(
    headers: dict[str, str], server: FileServer, folder: Path
) -> None:
    """The server says 416, and that the file is shorter."""
    address = cut_once(server, folder)
    part_of(folder).write_bytes(OTHER + b"more")
    server.serve("/file", Answer(CONTENT, headers=headers), Answer(CONTENT))
    assert get(UNCHECKED, folder, address).read_bytes() == CONTENT
    assert server.ranges() == [f"bytes={len(CONTENT) + 4}-", None]


@pytest.mark.parametrize("note", [None, "", "{", "[1]", "null", '{"etag": "1"}'])
def test_a_part_without_a_note_of_its_version_is_begun_anew(
    note: str | None, server: FileServer, folder: Path
) -> None:
    address = cut_once(server, folder)
    place = folder / f"data.tfrecord{transferring.NOTE_SUFFIX}"
    if note is None:
        place.unlink()
    else:
        place.write_text(note)
    server.serve("/file", Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [None]


def test_a_part_that_was_damaged_between_two_runs_is_begun_anew(
    server: FileServer, folder: Path
) -> None:
    address = cut_once(server, folder)
    part_of(folder).write_bytes(OTHER[: 2 * BLOCK])
    server.serve("/file", Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [f"bytes={2 * BLOCK}-", None]


def test_after_a_damaged_part_there_are_as_many_attempts_as_before(
    server: FileServer, folder: Path, patient: list[float]
) -> None:
    """What was waited for the damaged one does not count."""
    address = cut_once(server, folder)
    part_of(folder).write_bytes(OTHER[: 2 * BLOCK])
    trouble, nothing = Answer(b"", status=503), Answer(CONTENT, cut=0)
    server.serve("/file", *[trouble] * 2, Answer(CONTENT), *[nothing] * 3, Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert patient == [*transferring.PAUSES[:2], *transferring.PAUSES]


# What is not the file.


def test_a_wrong_length_is_refused_before_it_comes(server: FileServer, folder: Path) -> None:
    """Nothing is taken, and an older part of the right file stays."""
    cut_once(server, folder)
    release = threading.Event()
    address = server.serve("/wrong", Answer(CONTENT + b"more", hold=release))
    text = failure(described(), folder, address)
    assert "it announces 328,918 bytes, and the published file has 328,914" in text
    assert part_of(folder).read_bytes() == CONTENT[: 2 * BLOCK]
    release.set()


@pytest.mark.parametrize("content", [CONTENT + b"more", CONTENT[:-4]], ids=["longer", "shorter"])
def test_a_wrong_length_is_refused_where_none_was_announced(
    content: bytes, server: FileServer, folder: Path
) -> None:
    address = server.serve("/file", Answer(content, chunked=True))
    text = failure(described(), folder, address)
    assert "328,914" in text
    assert not part_of(folder).exists()


def test_a_body_that_ends_before_its_announced_length_is_no_file(
    server: FileServer, folder: Path
) -> None:
    address = server.serve("/file", Answer(CONTENT[:-1], ranges=False, length=len(CONTENT)))
    text = failure(described(), folder, address)
    assert f"cut after {len(CONTENT) // BLOCK * BLOCK:,} of 328,914 bytes" in text


def test_a_cut_that_the_http_client_keeps_to_itself_is_noticed(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As older versions of it do."""
    real = requests.Response.iter_content

    def silent(response: requests.Response, size: int) -> Iterator[bytes]:
        with contextlib.suppress(requests.RequestException):
            yield from real(response, size)

    monkeypatch.setattr(requests.Response, "iter_content", silent)
    address = server.serve("/file", Answer(CONTENT, cut=2 * BLOCK), Answer(CONTENT))
    assert get(UNCHECKED, folder, address).read_bytes() == CONTENT
    assert server.ranges() == [None, f"bytes={2 * BLOCK}-"]


def test_what_follows_the_announced_length_is_not_taken(server: FileServer, folder: Path) -> None:
    address = server.serve("/file", Answer(CONTENT, more=b"and more"))
    assert get(described(), folder, address).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({}, f"its SHA-256 is {hashlib.sha256(OTHER).hexdigest()}, and the published one "),
        ({"sha256": "0123abcd"}, ", and the published one begins with 0123abcd"),
        ({"sha256": None, "md5": "0" * 32}, f"its MD5 is {hashlib.md5(OTHER).hexdigest()}, and"),
        ({"sha256": None, "md5": "12345"}, ", and the published one ends in 12345"),
    ],
)
def test_a_file_with_a_wrong_hash_is_never_put_in_place(
    changes: dict[str, Any], text: str, server: FileServer, folder: Path
) -> None:
    """It is deleted, so that the next run does not go on from it."""
    address = server.serve("/file", Answer(OTHER))
    file = described(**changes)
    told = failure(file, folder, address)
    assert "what came is not the published file, and was deleted" in told
    assert text in told
    assert list(folder.iterdir()) == []
    assert len(server.requests) == 1
    right = described()
    server.serve("/file", Answer(CONTENT))
    assert get(right, folder, address).read_bytes() == CONTENT


def test_a_wrong_file_over_a_bad_connection_is_not_fetched_forever(
    server: FileServer, folder: Path
) -> None:
    """A part is deleted once in the hope for a better one, and no more."""
    answers = Answer(OTHER, cut=2 * BLOCK), Answer(OTHER)
    address = server.serve("/file", *answers, *answers, *answers)
    assert "not the published file" in failure(described(), folder, address)
    assert server.ranges() == [None, f"bytes={2 * BLOCK}-"] * 2


def test_parts_of_a_hash_are_enough(server: FileServer, folder: Path) -> None:
    address = server.serve("/file", Answer(CONTENT))
    first = hashlib.sha256(CONTENT).hexdigest()[:8]
    last = hashlib.md5(CONTENT).hexdigest()[-5:]
    file = described(size=None, sha256=first, md5=last)
    assert get(file, folder, address).read_bytes() == CONTENT


def test_an_empty_file_is_no_file(server: FileServer, folder: Path) -> None:
    address = server.serve("/file", Answer(b""))
    assert "it is empty" in failure(UNCHECKED, folder, address)


@pytest.mark.parametrize(
    "headers", [{"Content-Type": "text/html; charset=utf-8"}, {"Content-Type": "image/png"}, {}]
)
def test_a_web_page_is_recognised_and_its_title_told(
    headers: dict[str, str], server: FileServer, folder: Path
) -> None:
    """Also one that comes with the wrong type, or with none."""
    address = server.serve("/file", Answer(PAGE, headers=headers))
    text = failure(UNCHECKED, folder, address)
    assert 'a web page came instead of the file, "Drive & Quota exceeded": it wants' in text
    assert list(folder.iterdir()) == []
    assert len(server.requests) == 1


def test_of_a_long_web_page_only_the_beginning_is_read(server: FileServer, folder: Path) -> None:
    """The rest never comes."""
    release = threading.Event()
    page = PAGE + bytes(1 << 18)
    headers = {"Content-Type": "text/html"}
    address = server.serve("/file", Answer(page, cut=1 << 17, hold=release, headers=headers))
    assert "Drive & Quota exceeded" in failure(described(), folder, address)
    release.set()


def test_a_web_page_is_recognised_where_a_download_goes_on(
    server: FileServer, folder: Path
) -> None:
    """What has come is kept."""
    address = cut_once(server, folder)
    server.serve("/file", Answer(PAGE, ranges=False, headers={"Content-Type": "text/html"}))
    assert "a web page came" in failure(dataclasses.replace(UNCHECKED), folder, address)
    assert part_of(folder).read_bytes() == CONTENT[: 2 * BLOCK]


def test_google_s_pages_are_told_with_what_helps(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.serve("/download", Answer(PAGE, headers={"Content-Type": "text/html"}))
    monkeypatch.setenv("http_proxy", server.address)
    text = failure(described(), folder, "http://drive.usercontent.google.com/download?id=1")
    assert "copy the file to your own Drive" in text


def test_what_a_server_says_cannot_write_to_the_terminal(server: FileServer, folder: Path) -> None:
    page = b"<html><title>\x1b[31mred\x07</title>"
    address = server.serve("/file", Answer(page, headers={"Content-Type": "text/html"}))
    text = failure(described(), folder, address)
    assert '"[31mred"' in text
    assert all(line.isprintable() for line in text.splitlines())


def test_a_compressed_answer_is_refused(server: FileServer, folder: Path) -> None:
    """Its places and its length are not the file's."""
    address = server.serve("/file", Answer(CONTENT, headers={"Content-Encoding": "gzip"}))
    text = failure(described(), folder, address)
    assert "in another form than it has (Content-Encoding: gzip)" in text
    assert not part_of(folder).exists()


# Dead links.


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (404, "the link is dead (404 Not Found)"),
        (410, "the link is dead (410 Gone)"),
        (403, "access is refused (403 Forbidden)"),
        (401, "access is refused (401 Unauthorized)"),
        (206, "an unexpected answer (206 Partial Content)"),
        (204, "an unexpected answer (204 No Content)"),
    ],
)
def test_a_dead_link_is_told_plainly(
    status: int, text: str, server: FileServer, folder: Path, patient: list[float]
) -> None:
    """And not tried again."""
    address = server.serve("/file", Answer(b"", status=status))
    assert f"{address}: {text}." in failure(described(), folder, address)
    assert len(server.requests) == 1
    assert patient == []


@pytest.mark.parametrize("status", [500, 503, 429])
def test_a_server_in_trouble_is_asked_again(
    status: int, server: FileServer, folder: Path, patient: list[float]
) -> None:
    trouble = Answer(b"", status=status)
    address = server.serve("/file", trouble, trouble, Answer(CONTENT))
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert patient == list(transferring.PAUSES[:2])


def test_a_server_that_stays_in_trouble_is_given_up(server: FileServer, folder: Path) -> None:
    address = server.serve("/file", Answer(b"", status=503))
    text = failure(described(), folder, address)
    assert "cannot give it now (503 Service Unavailable) (in the last of 5 attempts)" in text
    assert len(server.requests) == 1 + len(transferring.PAUSES)


def test_a_refused_connection_is_told_and_not_waited_for(
    folder: Path, patient: list[float]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}/file"
        assert f"{address}: the connection is refused." in failure(described(), folder, address)
    assert patient == []


def test_a_connection_that_is_refused_later_is_waited_for(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server has answered before, so it may again."""
    address = server.serve("/file", Answer(CONTENT, cut=2 * BLOCK), Answer(CONTENT))
    failing = iter([True, True, False])
    made = urllib3.util.connection.create_connection

    def connect(*arguments: Any, **options: Any) -> socket.socket:
        if server.requests and next(failing):
            raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
        return made(*arguments, **options)

    monkeypatch.setattr(urllib3.util.connection, "create_connection", connect)
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert list(failing) == []


def test_an_unknown_host_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, patient: list[float]
) -> None:
    def unknown(*arguments: Any, **options: Any) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    text = failure(described(), folder, "https://data.example.org/file")
    assert (
        "https://data.example.org/file: the host is not found (is this machine offline?)" in text
    )
    assert patient == []


def test_a_proxy_that_refuses_is_told(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server knows no CONNECT."""
    monkeypatch.setenv("https_proxy", server.address)
    text = failure(described(), folder, "https://data.example.org/file")
    assert "the proxy of this machine does not let it through" in text


@pytest.mark.parametrize(
    ("error", "attempts", "text"),
    [
        (requests.exceptions.ConnectTimeout, 1, "no connection within 20 s"),
        (requests.exceptions.ReadTimeout, 5, "nothing came any more (in the last of 5 attempts)"),
    ],
)
def test_a_server_that_does_not_answer_is_told(
    error: type[Exception],
    attempts: int,
    text: str,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    patient: list[float],
) -> None:
    """One that took the connection may answer yet."""

    def silent(*arguments: Any, **options: Any) -> None:
        raise error

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", silent)
    assert f"/file: {text}." in failure(described(), folder, "https://data.example.org/file")
    assert len(patient) == attempts - 1


def test_a_server_without_a_certificate_is_told(server: FileServer, folder: Path) -> None:
    address = server.serve("/file", Answer(CONTENT)).replace("http:", "https:")
    assert f"{address}: no secure connection: " in failure(described(), folder, address)


def test_a_server_that_hangs_up_without_an_answer_is_asked_again(
    folder: Path, patient: list[float]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def hang_up() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    connection.recv(1 << 16)
                    connection.close()

        threading.Thread(target=hang_up, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/file"
        text = failure(described(), folder, address)
        assert "in the last of 5 attempts" in text
        assert patient == list(transferring.PAUSES)


def test_redirections_in_a_circle_are_left(server: FileServer, folder: Path) -> None:
    address = server.serve("/file", Answer(status=301, headers={"Location": "/file"}))
    assert "it redirects more than 10 times" in failure(described(), folder, address)
    assert len(server.requests) == 11


@pytest.mark.parametrize(
    "target", ["ftp://example.org/file", "file:///etc/passwd", "http://[bad/", "javascript:1"]
)
def test_a_redirection_to_no_web_address_is_refused(
    target: str, server: FileServer, folder: Path
) -> None:
    address = server.serve("/file", Answer(status=302, headers={"Location": target}))
    text = failure(described(), folder, address)
    assert f"{address}: it redirects " in text or f"{address}: Invalid IPv6 URL" in text


def test_a_redirection_does_not_lead_out_of_a_secure_connection() -> None:
    with pytest.raises(transferring.Refused, match="from https to http://b/file"):
        transferring.redirected("https://a/file", "http://ada:secret@b/file")
    with pytest.raises(transferring.Refused, match="which is no address"):
        transferring.redirected("https://a/file", "http://[bad/")
    assert transferring.redirected("http://a/file", "https://b/file") == "https://b/file"
    assert transferring.redirected("https://a/x/file", "../y") == "https://a/y"
    assert transferring.redirected("http://a/file", "//b/file") == "http://b/file"


def test_addresses_are_tried_in_order(server: FileServer, folder: Path) -> None:
    """The first that gives the file ends it."""
    dead = server.serve("/dead", Answer(b"", status=404))
    wrong = server.serve("/wrong", Answer(OTHER))
    right = server.serve("/right", Answer(CONTENT))
    last = server.serve("/last", Answer(CONTENT))
    assert get(described(), folder, dead, wrong, right, last).read_bytes() == CONTENT
    assert [request.path for request in server.requests] == ["/dead", "/wrong", "/right"]


def test_what_came_from_one_address_is_not_joined_to_what_another_gives(
    server: FileServer, folder: Path
) -> None:
    cut_once(server, folder)
    other = server.serve("/other", Answer(CONTENT))
    assert get(UNCHECKED, folder, other).read_bytes() == CONTENT
    assert server.ranges() == [None]


def test_a_dead_mirror_costs_nothing_of_what_has_come(server: FileServer, folder: Path) -> None:
    address = cut_once(server, folder)
    dead = server.serve("/dead", Answer(b"", status=404))
    server.serve("/file", Answer(CONTENT))
    assert get(described(), folder, dead, address).read_bytes() == CONTENT
    assert server.ranges() == [None, f"bytes={2 * BLOCK}-"]


def test_when_all_fail_the_error_says_what_to_do(server: FileServer, folder: Path) -> None:
    """What each address did, where to look, how to tell the right file, and what to run then."""
    dead = server.serve("/dead", Answer(b"", status=404))
    page = server.serve("/page", Answer(PAGE, headers={"Content-Type": "text/html"}))
    file = described()
    with pytest.raises(DownloadError) as caught:
        get(file, folder, dead, page)
    path = folder / "data.tfrecord"
    first, *problems, right, where, use = str(caught.value).splitlines()
    assert first == "data.tfrecord could not be downloaded."
    assert problems[0] == f"{dead}: the link is dead (404 Not Found)."
    assert problems[1].startswith(f"{page}: a web page came instead of the file")
    assert right == f"The right file has 328,914 bytes and the SHA-256 {file.sha256}."
    assert "(https://example.org/page)" in where
    assert f"save it as {path}, and run the same command again" in where
    assert (
        use == 'Or use it from wherever it is: nasbench-db ingest nasbench101 "PATH_OF_THE_FILE"'
    )
    assert isinstance(caught.value, NasbenchDBError)
    assert isinstance(caught.value, OSError)


@pytest.mark.parametrize(
    "address",
    ["ftp://a/file", "file:///a", "/home/ada/file", "a/file", "", "http://", "https://[a/file"],
)
def test_only_web_addresses_are_taken(address: str, folder: Path) -> None:
    """A file that is here already is a path of its own, and the error says which."""
    with pytest.raises(DownloadError, match="on this machine already is put at") as caught:
        download("nasbench101", folder=folder, address=address)
    assert str(folder / "nasbench_full.tfrecord") in str(caught.value)
    assert not folder.exists()
    with pytest.raises(DownloadError) as caught:
        get(described(), folder, "ftp://ada:secret@a/file")
    assert "secret" not in str(caught.value)


def test_a_file_that_is_only_on_web_pages_is_told_so(folder: Path) -> None:
    name = "NATS-sss-v1_0-50262-full.tar"
    with pytest.raises(DownloadError, match="published on web pages only") as caught:
        download("natssss", name, folder)
    assert "https://github.com/D-X-Y/NATS-Bench" in str(caught.value)
    assert not folder.exists()


# What is there already.


def test_a_file_that_is_there_is_checked_and_kept(server: FileServer, folder: Path) -> None:
    """Nothing is asked for, and nothing is written: the folder may be anybody's."""
    folder.mkdir()
    path = folder / "data.tfrecord"
    path.write_bytes(CONTENT)
    before = path.stat()
    address = server.serve("/file", Answer(OTHER))
    for file in (described(), UNCHECKED):
        assert get(file, folder, address) == path
    assert path.stat() == before
    assert only(folder) == path
    assert server.requests == []
    assert get(described(addresses=()), folder) == path, "brought by its user"


@pytest.mark.parametrize(
    ("content", "text"),
    [(OTHER, "its SHA-256 is"), (CONTENT[:-1], "it has 328,913 bytes"), (b"", "it has 0 bytes")],
)
def test_a_wrong_file_that_is_there_is_left_alone(
    content: bytes, text: str, server: FileServer, folder: Path
) -> None:
    folder.mkdir()
    path = folder / "data.tfrecord"
    path.write_bytes(content)
    address = server.serve("/file", Answer(CONTENT))
    with pytest.raises(DownloadError, match=text) as caught:
        get(described(), folder, address)
    assert "it was left as it is. Delete or rename it" in str(caught.value)
    assert path.read_bytes() == content
    assert server.requests == []


def test_a_folder_or_a_dead_link_in_its_place_is_an_error(folder: Path) -> None:
    path = folder / "data.tfrecord"
    path.mkdir(parents=True)
    with pytest.raises(DownloadError, match="is a folder"):
        get(described(), folder, "http://127.0.0.1:9/")
    path.rmdir()
    path.symlink_to(folder / "nothing")
    with pytest.raises(DownloadError, match="cannot be read: No such file"):
        get(described(), folder, "http://127.0.0.1:9/")


def test_a_file_that_appears_at_the_last_moment_is_checked_and_kept(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process has put it there while this one waited for nothing but the lock."""
    address = server.serve("/file", Answer(OTHER))
    acquire = filelock.FileLock.acquire

    def late(lock: Any, *arguments: Any, **options: Any) -> Any:
        taken = acquire(lock, *arguments, **options)
        (folder / "data.tfrecord").write_bytes(CONTENT)
        return taken

    monkeypatch.setattr(filelock.FileLock, "acquire", late)
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.requests == []


# Where nothing can be written.


def test_a_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for folder in (tmp_path / "file", tmp_path / "file" / "deeper"):
        with pytest.raises(DownloadError, match="cannot write to the folder"):
            get(described(), folder, "http://127.0.0.1:9/")


def test_room_on_the_disk_is_looked_for_first(
    server: FileServer, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For what is missing, by the published size or by the announced one."""
    address = cut_once(server, folder)
    server.serve("/file", Answer(CONTENT))
    usage = shutil.disk_usage(folder)
    missing = len(CONTENT) - 2 * BLOCK

    def free(amount: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=amount))

    free(missing - 1)
    text = failure(described(), folder, address)
    assert f"has room for {missing - 1:,} bytes more, and {missing:,} are needed" in text
    assert server.requests == []
    other = server.serve("/other", Answer(CONTENT))
    assert f"and {missing:,} are needed" in failure(UNCHECKED, folder, other)
    assert part_of(folder).read_bytes() == CONTENT[: 2 * BLOCK]
    free(missing)
    assert get(described(), folder, address).read_bytes() == CONTENT


@posix
def test_a_disk_that_fills_up_on_the_way_is_told(server: FileServer, folder: Path) -> None:
    """What has come is kept, and gone on with when there is room."""
    import resource

    address = server.serve("/file", Answer(CONTENT))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3 * BLOCK, limits[1]))
    try:
        text = failure(described(), folder, address)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert f"cannot write {part_of(folder)}: File too large" in text
    assert "goes on from the 196,608 bytes that are there" in text
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [None, f"bytes={3 * BLOCK}-"]


# Several processes, and none that ends well.


@pytest.fixture
def elsewhere(folder: Path) -> Iterator[Callable[[str], subprocess.Popen[str]]]:
    """Starts a process that downloads the file."""
    started: list[subprocess.Popen[str]] = []

    def start(address: str) -> subprocess.Popen[str]:
        file = dataclasses.asdict(described())
        program = (
            "import json, sys; from pathlib import Path\n"
            "from nasbench_db.sources.catalogue import SourceFile\n"
            "from nasbench_db.sources.downloading import fetch\n"
            "file, folder, address = sys.argv[1:]\n"
            "fetch(SourceFile(**json.loads(file)), Path(folder), [address], progress=False)\n"
        )
        process = subprocess.Popen(
            [sys.executable, "-c", program, json.dumps(file), str(folder), address],
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


@posix
def test_a_killed_download_is_gone_on_with(
    server: FileServer, folder: Path, elsewhere: Callable[[str], subprocess.Popen[str]]
) -> None:
    release = threading.Event()
    address = server.serve("/file", Answer(CONTENT, cut=3 * BLOCK, hold=release), Answer(CONTENT))
    process = elsewhere(address)
    assert server.holding.wait(60)
    while not part_of(folder).exists() or part_of(folder).stat().st_size < 2 * BLOCK:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait()
    release.set()
    kept = part_of(folder).stat().st_size
    assert part_of(folder).read_bytes() == CONTENT[:kept]
    assert not (folder / "data.tfrecord").exists()
    assert get(described(), folder, address).read_bytes() == CONTENT
    assert server.ranges() == [None, f"bytes={kept}-"]
    assert only(folder).name == "data.tfrecord"


def test_two_processes_do_not_write_one_file(
    server: FileServer, folder: Path, elsewhere: Callable[[str], subprocess.Popen[str]]
) -> None:
    """The second is told so at once, and the first ends well."""
    release = threading.Event()
    address = server.serve("/file", Answer(CONTENT, cut=2 * BLOCK, hold=release), Answer(CONTENT))
    process = elsewhere(address)
    assert server.holding.wait(60)
    with pytest.raises(DownloadInProgress, match="another process is downloading"):
        get(described(), folder, address)
    assert len(server.requests) == 1
    release.set()
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 0
    assert (folder / "data.tfrecord").read_bytes() == CONTENT
    assert get(described(), folder, address) == folder / "data.tfrecord"
    assert len(server.requests) == 1


# The catalogue's files.


@pytest.fixture
def published(
    server: FileServer, source: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[SourceFile, ...]:
    """A catalogue of two files of NAS-Bench-101, the first of which can be ingested."""
    content = source.read_bytes()
    files = (
        described(
            content, name="small.tfrecord", addresses=(server.serve("/s", Answer(content)),)
        ),
        described(name="part.bin", addresses=(server.serve("/p", Answer(CONTENT)),)),
    )
    monkeypatch.setattr(nasbench101, "FILES", files)
    return files


def test_the_recommended_file_comes_to_where_the_databases_lie(
    published: tuple[SourceFile, ...], databases: Path, source: Path
) -> None:
    path = download("nasbench101", progress=False)
    assert path == databases / "small.tfrecord"
    assert path.read_bytes() == source.read_bytes()


def test_another_file_comes_by_its_name_to_another_folder(
    published: tuple[SourceFile, ...], folder: Path
) -> None:
    path = download("nasbench101", "part.bin", str(folder), progress=False)
    assert path == folder / "part.bin"
    assert path.read_bytes() == CONTENT
    with pytest.raises(DownloadError, match=r"known are small\.tfrecord, part\.bin"):
        download("nasbench101", "thesis", folder)


def test_a_mirror_takes_the_place_of_the_published_addresses(
    published: tuple[SourceFile, ...], server: FileServer, folder: Path
) -> None:
    """Its last part tells which file it has; what comes is checked all the same."""
    mirror = server.serve("/mirror/part.bin", Answer(CONTENT))
    assert (
        download("nasbench101", folder=folder, address=mirror, progress=False).name == "part.bin"
    )
    wrong = server.serve("/mirror", Answer(CONTENT))
    with pytest.raises(DownloadError, match="it announces 328,914 bytes"):
        download("nasbench101", folder=folder, address=wrong, progress=False)
    named = download("nasbench101", "part.bin", folder / "other", address=wrong, progress=False)
    assert named.read_bytes() == CONTENT
    assert [request.path for request in server.requests] == [
        "/mirror/part.bin",
        "/mirror",
        "/mirror",
    ]


def test_a_benchmark_is_downloaded_and_ingested_once(
    published: tuple[SourceFile, ...], server: FileServer, databases: Path
) -> None:
    """Afterwards it can be connected."""
    path = download_benchmark("nasbench101", progress=False)
    assert path == databases / "nasbench101.db"
    with contextlib.closing(nasbench_db.connect("nasbench101")) as db:
        assert db.provenance()[0]["source_name"] == "small.tfrecord"
    assert len(server.requests) == 1
    (databases / "small.tfrecord").unlink()
    built = path.stat().st_mtime_ns
    assert download_benchmark("nasbench101", progress=False) == path
    assert (path.stat().st_mtime_ns, len(server.requests)) == (built, 1)


def test_a_benchmark_whose_file_is_there_is_only_ingested(
    published: tuple[SourceFile, ...], server: FileServer, databases: Path, source: Path
) -> None:
    databases.mkdir()
    shutil.copyfile(source, databases / "small.tfrecord")
    assert download_benchmark("nasbench101", False).exists()
    assert server.requests == []


def test_a_database_that_another_process_builds_meanwhile_is_taken(
    published: tuple[SourceFile, ...], built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = benchmarks.download

    def slow(benchmark: str, progress: bool) -> Path:
        path = real(benchmark, progress=progress)
        shutil.copyfile(built, path.parent / "nasbench101.db")
        return path

    monkeypatch.setattr(benchmarks, "download", slow)
    path = download_benchmark("nasbench101", progress=False)
    assert path.read_bytes() == built.read_bytes()


def test_an_unknown_benchmark_is_refused() -> None:
    for function in (download, download_benchmark):
        with pytest.raises(nasbench_db.UnknownBenchmark, match="nasbench102"):
            function("nasbench102")


def test_the_next_command_is_that_of_the_kind_of_file(folder: Path, databases: Path) -> None:
    path = folder / "data.tfrecord"
    assert next_command(described(), path) == f'nasbench-db ingest nasbench101 "{path}"'
    assert next_command(described(kind="nni database"), folder / "n.db") == (
        f'nasbench-db migrate "{folder / "n.db"}" --to "{databases / "nasbench101.db"}"'
    )
    archive = folder / "NATS-tss-v1_0-3ffb9-simple.tar"
    file = dataclasses.replace(described(), benchmark="nasbench201", kind="archive")
    assert next_command(file, archive) == (
        f'tar -xf "{archive}" -C "{folder}" && nasbench-db ingest nasbench201 '
        f'"{folder / "NATS-tss-v1_0-3ffb9-simple"}"'
    )


@posix
def test_the_commands_for_an_archive_work_as_told(folder: Path) -> None:
    """The folder in it bears its name, as in the published archives."""
    folder.mkdir()
    archive = folder / "with blank-simple.tar"
    with tarfile.open(archive, "w") as tar:
        tar.addfile(tarfile.TarInfo("with blank-simple/meta.pickle"), io.BytesIO())
    command = next_command(described(kind="archive"), archive)
    unpack, _, ingest = command.partition(" && ")
    subprocess.run(unpack, shell=True, check=True)
    assert (folder / "with blank-simple" / "meta.pickle").exists()
    assert ingest == f'nasbench-db ingest nasbench101 "{folder / "with blank-simple"}"'


def test_importing_it_loads_no_http_client(run: Callable[..., Any]) -> None:
    # Nor ssl, but for psycopg's sake, which peewee imports wherever it is installed.
    program = (
        "import sys; sys.modules['psycopg'] = None; import nasbench_db.sources.downloading; "
        "sys.exit(bool({'requests', 'urllib3', 'ssl'} & set(sys.modules)))"
    )
    assert run("-c", program).returncode == 0
