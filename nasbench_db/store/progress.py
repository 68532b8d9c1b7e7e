"""How long work is shown while it is done: a bar on a terminal, elsewhere a line now and then."""

from __future__ import annotations

import sys
from typing import Any

from tqdm import tqdm as _Bar

_SECONDS_BETWEEN_LINES = 30.0
_SECONDS_BEFORE_A_BAR = 0.3


class tqdm(_Bar):  # type: ignore[misc]
    """tqdm's bar on a terminal; where stderr is none, plain lines without control characters.

    A bar appears when there was something to do, so that an early error comes without one.
    """

    _plain = False  # until it is known, as when an interruption comes before

    def __init__(self, *args: Any, **how: Any) -> None:
        self._plain = not sys.stderr.isatty()
        if self._plain:
            how |= {"mininterval": _SECONDS_BETWEEN_LINES, "maxinterval": _SECONDS_BETWEEN_LINES}
        super().__init__(*args, **{"delay": _SECONDS_BEFORE_A_BAR, **how})

    def display(self, msg: str | None = None, pos: int | None = None) -> Any:
        """Draw the bar, or print a line."""
        if not self._plain:
            return super().display(msg, pos)
        if msg is None and self.n:
            line = self.format_meter(**{**self.format_dict, "ncols": 0})
            print(line.strip(), file=sys.stderr, flush=True)
        return True

    def clear(self, nolock: bool = False) -> None:
        """Wipe out the bar; lines stay."""
        if not self._plain:
            super().clear(nolock)

    def close(self) -> None:
        """End it; a line tells how much was done."""
        if not self._plain or self.disable:
            super().close()
            return
        self.display()
        self.leave = False
        self.delay = float("inf")  # so that tqdm has nothing to wipe out
        super().close()
