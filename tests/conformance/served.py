"""The databases of the suite on a PostgreSQL server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from support.server import Served as Copies

import nasbench_db
from conformance.guest import Base, Guest, Row
from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.postgres import ServerDatabase


class Served(Base):
    """What the tests ask is on a server; what they compare with is still the file."""

    @pytest.fixture
    def place(self, guest: Guest, path: Path, served: Copies) -> str:
        return served.url(guest.name, path)

    @pytest.fixture
    def alone(self, guest: Guest, place: str, served: Copies) -> Callable[[str], list[Row]]:
        return lambda statement: served.run(place, guest.name, statement)

    @pytest.fixture
    def database(self, guest: Guest, place: str) -> Iterator[BenchmarkDatabase]:
        with nasbench_db.connect(guest.name, place) as opened:
            yield opened

    @pytest.fixture
    def traced(self, database: BenchmarkDatabase, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        statements: list[str] = []
        ask = ServerDatabase._asked

        def traced(self: ServerDatabase, statement: str, *given: Any, **how: Any) -> Any:
            statements.append(statement)
            return ask(self, statement, *given, **how)

        monkeypatch.setattr(ServerDatabase, "_asked", traced)
        return statements

    @pytest.fixture
    def with_holes(self, guest: Guest, holed: Path, served: Copies) -> Iterator[BenchmarkDatabase]:
        with nasbench_db.connect(guest.name, served.url(guest.name, holed)) as opened:
            yield opened
