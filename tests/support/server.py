"""A real PostgreSQL server for the tests, which starts by itself and is stopped by its number.

Its binaries are those on the path, or where a distribution lays them. It listens on a socket in a
folder of its own and nowhere else.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import nasbench_db

# The fixture of conftest: a folder of the system's, since a socket's path has at most 107 bytes.
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "shared_buffers": "64MB",
    "max_connections": "60",
}


def binaries() -> Path | None:
    """The folder of the server's programs, if there is one."""
    found = [Path(place).parent for place in [shutil.which("initdb")] if place]
    if config := shutil.which("pg_config"):
        said = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False)
        found.append(Path(said.stdout.strip()))
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in found:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    return None


class Server:
    """A server in a folder of its own.

    Attributes:
        folder: where its data and its socket are.
    """

    def __init__(self, programs: Path, folder: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        # As root it must run under another name.
        self._user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self._user is not None:
            os.chown(folder, self._user.pw_uid, self._user.pw_gid)
        self._run("initdb", "-D", folder / "data", "-U", "owner", "-A", "trust", "-E", "UTF8")

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(self._programs / program), *map(str, arguments)]
        if program == "initdb":
            command += ["--locale=C.UTF-8", "--no-sync"]
        subprocess.run(command, check=True, capture_output=True, **self._as_user())

    def _as_user(self) -> dict[str, object]:
        if self._user is None:
            return {}
        return {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def start(self) -> None:
        """Start it, and wait until it answers."""
        settings = {**_SETTINGS, "unix_socket_directories": str(self.folder)}
        command = [str(self._programs / "postgres"), "-D", str(self.folder / "data")]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with open(self.folder / "log", "ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, **self._as_user())
        import psycopg

        for _ in range(200):
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url()).close()
                return
            assert self._process.poll() is None, (self.folder / "log").read_text()
            time.sleep(0.05)
        raise AssertionError("the server does not answer")

    def stop(self, how: int = signal.SIGQUIT) -> None:
        """Stop it at once, with whoever is connected."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(60)
            self._process = None

    def url(self, database: str = "postgres", user: str = "owner", **said: str) -> str:
        """The address of a database of it."""
        more = "".join(f"&{name}={value}" for name, value in said.items())
        return f"postgresql://{user}@/{database}?host={self.folder}{more}"

    def create(self, database: str) -> str:
        """Make an empty database; gives its address."""
        import psycopg

        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """A server, from its start to its end; skips where there are no binaries, but not in CI."""
    programs = binaries()
    if programs is None:
        reason = "needs the programs of a PostgreSQL server (Debian's package postgresql)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    folder = Path(tempfile.mkdtemp(prefix="nasbench-pg-", dir="/tmp"))
    try:
        server = Server(programs, folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Served:
    """Copies of database files on a server, each made when it is first asked for.

    Attributes:
        server: the server.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self._made: dict[Path, str] = {}
        self._words = ""

    def url(self, benchmark: str, path: Path) -> str:
        """The address of a file's copy."""
        if path not in self._made:
            url = self.server.create(f"copy{len(self._made)}")
            nasbench_db.copy(benchmark, url, path, progress=False)
            self._made[path] = url
        return self._made[path]

    def anything(self) -> str:
        """The address of a database that has learnt SQLite's words, as ``nasbench101``."""
        if not self._words:
            from nasbench_db.store.copying import sqlites_words

            self._words = self.server.create("words")
            import psycopg

            with psycopg.connect(self._words) as connection:
                connection.execute("CREATE SCHEMA nasbench101; SET search_path TO nasbench101")
                connection.execute(sqlites_words())
        return self._words

    def run(self, url: str, benchmark: str, statement: str) -> list[dict[str, Any]]:
        """The rows of a statement in a benchmark's schema, by the driver alone."""
        import psycopg
        from psycopg.rows import dict_row

        with psycopg.connect(url, row_factory=dict_row) as connection:
            connection.execute(f"SET search_path TO {benchmark}")
            return connection.execute(statement).fetchall()
