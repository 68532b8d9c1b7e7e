"""Answers of a sample's drop-in: a dict that says of what it lacks how to get it."""

from __future__ import annotations

from typing import Any


class Partial(dict[str, Any]):
    """A dict as the original hands it out, of which a sample does not have all keys.

    A missing key raises a KeyError, as of any dict, that names the command for the full file.

    Args:
        found: what there is.
        rest: the ``rest`` of the database, which is empty unless it is a sample.
    """

    def __init__(self, found: dict[str, Any], rest: str) -> None:
        super().__init__(found)
        self.rest = rest

    def __missing__(self, key: object) -> Any:
        if not self.rest:
            raise KeyError(key)
        raise KeyError(f"there is no {key!r}; there are {', '.join(self) or 'none'}{self.rest}")

    def __reduce__(self) -> tuple[Any, ...]:
        return Partial, (dict(self), self.rest)
