"""One short line that stands for all rows of a database, however its pages are laid out."""

from __future__ import annotations

import hashlib

import orjson
from peewee import FloatField

from nasbench_db.store.database import BenchmarkDatabase
from nasbench_db.store.models import Provenance, stored_columns
from nasbench_db.store.progress import tqdm

_ROWS = 5_000


def content_hash(database: BenchmarkDatabase, *, progress: bool = True) -> str:
    """The BLAKE2b hash of all rows, 128 bits in hexadecimal.

    Two databases have the same if they hold the same rows under the same ids, which they do when
    they were built of the same files in the same order. When and by which version they were
    built makes no difference, nor do their pages and what other programs have added.

    Args:
        database: what to hash; every row is read.
        progress: show a progress bar on stderr.

    Raises:
        InvalidDatabase: the file is damaged.
    """
    digest = hashlib.blake2b(digest_size=16)
    counts = database.provenance()[0]
    total = counts["configs"] + counts["trials"] + counts["intermediates"]
    with tqdm(total=total, disable=not progress, unit="rows", unit_scale=True) as bar:
        for model in database.schema.models:
            if model is Provenance:
                continue
            fields = model._meta.sorted_fields
            table, columns = model._meta.table_name, stored_columns(model)
            key = ", ".join(field.column_name for field in model._meta.get_primary_keys())
            digest.update(orjson.dumps([table, columns]))
            rows = []
            for row in database.select(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {key}"):
                rows.append(row)
                if len(rows) == _ROWS:
                    digest.update(orjson.dumps(rows, default=bytes.hex))
                    bar.update(len(rows))
                    rows.clear()
            digest.update(orjson.dumps(rows, default=bytes.hex))
            bar.update(len(rows))
            # JSON has no infinite numbers: there they are null.
            floats = [field.column_name for field in fields if isinstance(field, FloatField)]
            if floats:
                infinite = database.select(
                    f"SELECT {key}, {', '.join(floats)} FROM {table} "
                    f"WHERE {' OR '.join(f'abs({name}) = 9e999' for name in floats)} "
                    f"ORDER BY {key}"
                )
                digest.update(repr(list(infinite)).encode())
    return digest.hexdigest()
