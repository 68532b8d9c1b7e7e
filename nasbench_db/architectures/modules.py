"""The network of an architecture as a PyTorch module, asked of the room that builds them by name.

That room lies far above: it knows the cells, which do not know it.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any, ClassVar


class HasNetwork:
    """An architecture whose network can be built.

    Attributes:
        _benchmark: whose it is.
    """

    __slots__ = ()

    _benchmark: ClassVar[str]

    def network(self, **options: Any) -> Any:
        """Its network in PyTorch, a ``torch.nn.Module``; see :func:`nasbench_db.networks.build`.

        Args:
            options: ``dataset`` (of TransNAS-Bench-101 ``task``), ``num_classes``, ``image_size``
                and ``seed``; of NAS-Bench-201 ``channels`` and ``cells`` as well.

        Raises:
            MissingExtra: torch is not installed.
            InvalidQuery: there is no such option, or no such value of it.
        """
        build = resolve_name("nasbench_db.networks:build")
        return build(self, self._benchmark, **options)
