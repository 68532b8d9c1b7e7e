"""The address of a PostgreSQL server's database: as a URL, and as it may be shown."""

from __future__ import annotations

import os
from functools import cached_property
from typing import Any

from nasbench_db.errors import InvalidQuery, MissingExtra, how_to_install

SCHEMES = ("postgresql://", "postgres://")
"""How an address begins."""

CONNECT_SECONDS = 10
"""How long a connection may take to come about, unless the address says so."""

_NEVER_SHOWN = ("password", "passfile", "sslpassword", "sslkey", "options")


def is_address(place: object) -> bool:
    """Whether a place is the address of a server's database, or at least no path."""
    return isinstance(place, Address) or (isinstance(place, str) and "://" in place)


def psycopg_module() -> Any:
    """The driver, psycopg 3.

    Raises:
        MissingExtra: it is not installed.
    """
    try:
        import psycopg
    except ImportError as error:
        raise MissingExtra(
            f"a PostgreSQL server needs psycopg, which cannot be imported ({error}); install it: "
            + how_to_install("postgres")
        ) from None
    return psycopg


class Address:
    """Where a server's database is.

    Args:
        url: ``postgresql://user:password@host:port/database``; what it leaves out is taken from
            the environment (``PGHOST``, ``PGPASSWORD`` and the like), ``~/.pgpass`` or a service.

    Attributes:
        url: what was given, with its secrets.

    Raises:
        InvalidQuery: it is no such URL. The driver's own words may have the password in them and
            are not passed on.
        MissingExtra: psycopg is not installed.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        # Read here, so that no malformed one is ever shown.
        parameters = self._parameters() if url.startswith(SCHEMES) else None
        if parameters is None:
            raise InvalidQuery(
                "the address of a server is written postgresql://USER@HOST:PORT/DATABASE, with "
                "?name=value for what else the driver takes; in a user's name or password the "
                "characters / @ : % ? # and blanks are percent-encoded (%2F %40 %3A %25 %3F %23 "
                "%20), or leave the password to PGPASSWORD or ~/.pgpass"
            )
        self._known = parameters

    def _parameters(self) -> dict[str, Any] | None:
        psycopg = psycopg_module()
        authority, _, rest = self.url.partition("://")[2].partition("/")
        if authority.count("@") > 1 or "@" in rest.partition("?")[0]:
            return None  # the driver would take a part of the password for the host
        try:
            found: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(self.url)
        except psycopg.Error:
            return None
        ports = str(found.get("port", "")).replace(",", "")
        return found if not ports or ports.isdigit() else None

    @property
    def parameters(self) -> dict[str, Any]:
        """What the driver is told."""
        return {"connect_timeout": CONNECT_SECONDS, **self._known}

    @cached_property
    def host(self) -> str:
        """The server: its name and port, or the folder of its socket."""
        said = self._known
        host = said.get("host") or said.get("hostaddr") or os.environ.get("PGHOST")
        service = said.get("service") or os.environ.get("PGSERVICE")
        if not host:
            return f"the service {service}" if service else "the local server"
        port = said.get("port") or os.environ.get("PGPORT") or "5432"
        return f"{host}:{port}"

    @property
    def user(self) -> str | None:
        """The user, if it is said."""
        found = self._known.get("user") or os.environ.get("PGUSER")
        return None if found is None else str(found)

    @property
    def name(self) -> str:
        """The database's name, for messages."""
        return str(self._known.get("dbname") or os.environ.get("PGDATABASE") or "the database")

    def __str__(self) -> str:
        from urllib.parse import quote

        said = {key: str(value) for key, value in self._known.items() if key not in _NEVER_SHOWN}
        user, host, port, base = (said.pop(k, "") for k in ("user", "host", "port", "dbname"))
        if host.startswith("/"):  # the folder of a socket
            said = {"host": host, **({"port": port} if port else {}), **said}
            host = port = ""
        rest = "&".join(f"{key}={quote(value, safe='/')}" for key, value in said.items())
        return (
            f"postgresql://{quote(user) + '@' if user else ''}{host}{':' + port if port else ''}"
            f"/{quote(base)}{'?' + rest if rest else ''}"
        )

    def __repr__(self) -> str:
        return f"Address({str(self)!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and other.url == self.url

    def __hash__(self) -> int:
        return hash(self.url)
