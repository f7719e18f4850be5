"""Rows to CSV and Parquet files, a block at a time: a table need not fit into memory. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from colorizers.tools.csv_files import CsvFile
from studies.designs._columns import FLAG, NUMBER, TEXT, TIME, WHOLE, Table

CSV, PARQUET = "csv", "parquet"
BLOCK_ROWS = 10_000
_ARROW = {TEXT: pa.string(), TIME: pa.string(), WHOLE: pa.int64(), NUMBER: pa.float64(), FLAG: pa.int8()}


class TableWriter:
    """Writes the rows of one table to `<stem>.csv`, `<stem>.parquet` or both; use it in a with statement.

    Rows are mappings by column name; a name that is missing, or None, is an empty field. In CSV, numbers are
    as Python prints them (so that reading gives the same number), and texts are made safe (`csv_files`).
    """

    def __init__(self, stem: Path, table: Table, formats: Collection[str] = (CSV, PARQUET)) -> None:
        self.table, self.rows = table, 0
        self._names = table.names
        self.csv_path = stem.with_name(f"{stem.name}.csv")
        self.parquet_path = stem.with_name(f"{stem.name}.parquet")
        self._formats = formats
        self._schema = pa.schema([(column.name, _ARROW[column.type]) for column in table.columns])
        self._block: list[list[Any]] = []
        self._text: IO[str] | None = None
        self._arrow: Any = None

    def __enter__(self) -> TableWriter:
        if CSV in self._formats:
            self._text = self.csv_path.open("w", encoding="utf-8", newline="")
            self._lines = CsvFile(self._text)
            self._lines.write(self.table.names)
        if PARQUET in self._formats:
            self._arrow = pq.ParquetWriter(self.parquet_path, self._schema, compression="zstd")
        return self

    def write(self, row: Mapping[str, Any]) -> None:
        """Add one row."""
        self._block.append([row.get(name) for name in self._names])
        self.rows += 1
        if len(self._block) >= BLOCK_ROWS:
            self._flush()

    def write_all(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Add several rows."""
        for row in rows:
            self.write(row)

    def _flush(self) -> None:
        if self._text is not None:
            self._lines.write_all(self._block)
        if self._arrow is not None and self._block:
            columns = zip(*self._block, strict=True)
            arrays = [pa.array(list(c), type=f.type) for c, f in zip(columns, self._schema, strict=True)]
            self._arrow.write_batch(pa.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._block.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._flush()
        finally:
            if self._text is not None:
                self._text.close()
            if self._arrow is not None:
                self._arrow.close()
