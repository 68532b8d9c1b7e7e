"""Pickles of one large dict or list, read in batches: as many items as their writer put together.

Python's own writer adds the items of a dict, and the elements of a list, a thousand at a time.
:func:`batches` hands each such batch out when it is complete and forgets it, so that memory does
not grow with the file. Of what may be referred to later, names and short texts are kept, and lists
of a few of those; a reference to anything else becomes :data:`FORGOTTEN`, and it is for who reads
the items to refuse that where a value is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from nasbench_db.formats.pickles import ByteStream, Unpickler

LONGEST_KEPT = 40
"""Characters of a text that is kept: keys have fewer, and the packed metrics of a run more."""

_LONGEST_LIST = 8  # of texts: the operations of a cell


class _Forgotten:
    """Stands for what was read and let go."""

    def __repr__(self) -> str:
        return "part of an earlier item"


FORGOTTEN = _Forgotten()
"""What a reference to part of an item that was handed out becomes."""


class Batch(NamedTuple):
    """Some items of one dict, or elements of one list.

    Attributes:
        key: the key of the dict in the pickle's own dict; None for items of the pickle's own dict
            or list.
        items: pairs of key and value, or elements.
    """

    key: str | None
    of_dict: bool
    items: list[Any]


def batches(stream: ByteStream, keys: frozenset[str] = frozenset()) -> Iterator[Batch]:
    """The items of the dict or list in a pickle.

    Args:
        stream: the pickle's bytes.
        keys: those keys of the dict whose values, dicts themselves, are handed out in batches too;
            as items of the dict they are empty.

    Yields:
        the batches; for an object that is neither dict nor list one with nothing but itself.

    Raises:
        UnexpectedStructure: a dict in another place looks like one of those under the keys.
        ForbiddenGlobal: it asks for a name that is not on the list.
        CorruptRecord: it is truncated, damaged, or a batch is larger than published ones are.
    """
    yield from _Reader(stream, keys).batches()


class _Reader(Unpickler):
    """An unpickler that hands out what would be added to the outermost containers."""

    def __init__(self, stream: ByteStream, keys: frozenset[str]) -> None:
        super().__init__(stream)
        self._inner = keys
        self._lists: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._targets: dict[str, object] = {}  # whose items were handed out, by their keys

    def batches(self) -> Iterator[Batch]:
        for key, (of_dict, items) in self._run():
            if key is None and of_dict:
                self._settle(items)
            yield Batch(key, of_dict, items)
        rest = self._result()
        if self._targets:
            raise self._unexpected(f"{next(iter(self._targets))!r} is not a key of its own dict")
        if isinstance(rest, dict):
            if rest:  # what was read in one go
                yield Batch(None, True, list(rest.items()))
        elif rest or not isinstance(rest, list):
            yield Batch(None, False, rest if isinstance(rest, list) else [rest])

    def _settle(self, items: list[Any]) -> None:
        """Find the dicts whose items were handed out among the items of the pickle's own."""
        for key, value in items:
            if type(key) is str and self._targets.get(key) is value is not None:
                del self._targets[key]

    def _forget(self) -> None:
        for place, value in self._memo.items():
            if (
                type(value) is list
                and 0 < len(value) <= _LONGEST_LIST
                and all(type(text) is str and len(text) <= LONGEST_KEPT for text in value)
            ):
                found = tuple(value)  # which nobody can make longer
                self._kept[place] = self._lists.setdefault(found, found)
        super()._forget()

    def _lost(self, place: int) -> Any:
        if place < self._memoized:
            return FORGOTTEN
        return super()._lost(place)

    def _put_text(self, place: int, text: str) -> None:
        if len(text) > LONGEST_KEPT:
            self._memo[place] = text
        else:
            super()._put_text(place, text)

    def _put_keys(self, first: int, names: tuple[str, ...]) -> None:
        # A name that the writer's program has once is defined in one item and referred to in all
        # that follow.
        for place, name in enumerate(names, first):
            self._put_text(place, name)

    # The opcodes that add to a container: to an outermost one, they hand out instead.

    def _set_items(self) -> None:
        outermost, key = self._outermost(self._marks[-1] - 1, len(self._marks) - 1, dict)
        if not outermost:
            super()._set_items()
            return
        found = self._since_mark()
        self._ready.append((key, (True, list(zip(found[::2], found[1::2], strict=True)))))

    def _set_item(self) -> None:
        self._reach(3)
        outermost, key = self._outermost(len(self._stack) - 3, len(self._marks), dict)
        if not outermost:
            super()._set_item()
            return
        value, item = self._stack.pop(), self._stack.pop()
        self._ready.append((key, (True, [(item, value)])))

    def _appends(self) -> None:
        outermost, key = self._outermost(self._marks[-1] - 1, len(self._marks) - 1, list)
        if outermost:
            self._ready.append((key, (False, self._since_mark())))
        else:
            super()._appends()

    def _append(self) -> None:
        self._reach(2)
        outermost, key = self._outermost(len(self._stack) - 2, len(self._marks), list)
        if outermost:
            self._ready.append((key, (False, [self._stack.pop()])))
        else:
            super()._append()

    def _outermost(self, place: int, marks: int, kind: type) -> tuple[bool, str | None]:
        """Whether a container is one of those whose items are handed out, and its key.

        Args:
            place: where it lies on the stack.
            marks: how many marks are set below its items.
            kind: what it must be.
        """
        stack = self._stack
        if place < 0 or not isinstance(stack[place], kind):
            return False, None
        if place == 0:
            return marks == 0, None
        key = stack[place - 1]
        inner = (
            kind is dict
            and isinstance(stack[0], dict)
            and place % 2 == 0  # the keys of the pickle's own dict lie at the odd places
            and type(key) is str
            and key in self._inner
            and (self._marks[:marks] == [1] or (marks == 0 and place == 2))
        )
        # A dict may be part of a value that looks like that; in the end it has to be in its place.
        if inner and self._targets.setdefault(key, stack[place]) is not stack[place]:
            raise self._unexpected(f"there are several dicts under {key!r}")
        return inner, key if inner else None


_OVERRIDDEN = {
    ord("u"): _Reader._set_items,
    ord("s"): _Reader._set_item,
    ord("e"): _Reader._appends,
    ord("a"): _Reader._append,
}
_Reader._handlers = [
    _OVERRIDDEN.get(opcode, handler) for opcode, handler in enumerate(Unpickler._handlers)
]
