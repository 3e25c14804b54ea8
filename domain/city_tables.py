"""Tables that a clerk keeps in a spreadsheet: UTF-8 CSV read into rows that know their line, with every problem named.

A byte order mark, CRLF, quoted fields, blank lines and empty rows at the end are what spreadsheets write, and are fine.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

SAVE_AS = 'Open it in your spreadsheet and save it as "CSV UTF-8 (comma delimited)".'


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something wrong in a city's files: where, what, and what to do. Lines count from 1; None: the file as a whole."""

    file: str
    line: int | None = None
    column: str | None = None
    what: str
    todo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a table: the line of the file on which it begins, and its cells without surrounding spaces."""

    line: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells[column]


class Table:
    """The rows of one file that could be read. `readable` is False when the file as a whole could not."""

    def __init__(
        self, file: str, columns: Sequence[str], data: bytes | None, problems: list[Problem], *, may_have: Sequence[str] = ()
    ) -> None:
        """Read the table; what is wrong is added to `problems`. Missing columns that it `may_have` read as blank."""
        self.file = file
        self._problems = problems
        self._may_have = tuple(may_have)
        self.rows: list[Row] = []
        text = decoded(file, data, problems)
        self.readable = text is not None and self._read(text, (*columns, *may_have))

    def complain(self, row: Row | None, column: str | None, what: str, todo: str) -> None:
        """Add a problem of one cell, or of the whole file."""
        line = row.line if row else None
        self._problems.append(Problem(file=self.file, line=line, column=column, what=what, todo=todo))

    def keyed(self) -> dict[str, Row]:
        """Return the rows by the column `code`; rows with no code, a damaged one or one that was used before are left out."""
        keyed: dict[str, Row] = {}
        for row in self.rows:
            code = row["code"]
            if not code:
                self.complain(row, "code", "This row has no code.", "Give it a code of its own, or delete the row.")
            elif re.fullmatch(r"[0-9]+(\.[0-9]+)?E\+?[0-9]+", code, re.IGNORECASE):
                what = f'The spreadsheet has turned the code into "{code}".'
                self.complain(row, "code", what, "Format the column as text and type the code again.")
            elif not re.fullmatch(r"[A-Za-z0-9_-]{1,32}", code):  # codes travel in buttons, which hold 64 bytes
                what = f'The code "{code}" can\'t be used.'
                self.complain(row, "code", what, "Use at most 32 letters a-z, digits, - and _ only.")
            elif code in keyed:
                what = f'The code "{code}" was already used on line {keyed[code].line}.'
                self.complain(row, "code", what, "Give one of the two rows another code, or delete it.")
            else:
                keyed[code] = row
        return keyed

    def parents(self, keyed: Mapping[str, Row]) -> dict[str, str | None]:
        """Return each code's parent; unknown ones and circles are problems, and None in the answer."""
        parents: dict[str, str | None] = {}
        for code, row in keyed.items():
            parent = row["parent"] or None
            if parent is not None and parent not in keyed:
                what = f'The parent "{parent}" is not a code of this file.'
                others = (other for other in keyed if other != code)
                todo = f"{meant(parent, others)}Write the code of an existing row, or leave it blank."
                self.complain(row, "parent", what, todo)
                parent = None
            parents[code] = parent
        for code in keyed:
            circle = [code]
            while (above := parents[circle[-1]]) is not None and above not in circle:
                circle.append(above)
            if above == code:
                what = f"The parents go round in a circle: {' → '.join([*circle, code])}."
                self.complain(keyed[code], "parent", what, "Correct the parent of one of these rows.")
                parents[code] = None
        return parents

    def name(self, row: Row) -> str:
        """Return the name, which may not be blank."""
        if not row["name"]:
            self.complain(row, "name", "This row has no name.", "Write the name that people are to read.")
        return row["name"]

    def aliases(self, row: Row) -> tuple[str, ...]:
        """Return the aliases, each once; one of a single character would be found in every text."""
        aliases = dict.fromkeys(alias.strip() for alias in row["aliases"].split("|") if alias.strip())
        for alias in aliases:
            if len(alias) == 1:
                what = f'The alias "{alias}" is a single character and would be found in almost every text.'
                self.complain(row, "aliases", what, "Use words of two characters or more, separated by |.")
        return tuple(aliases)

    def _read(self, text: str, columns: Sequence[str]) -> bool:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        header: list[str] | None = None
        line = 1
        try:
            for cells in reader:
                cells = [cell.strip() for cell in cells]
                row_line, line = line, reader.line_num + 1
                if not any(cells):
                    continue
                if header is None:
                    header = cells
                    if not self._check_header(header, columns, row_line):
                        return False
                    continue
                self._add(row_line, cells, header, columns)
        except csv.Error as error:
            what = f"From this line on the file can't be read as a table ({error})."
            todo = f'Look for a quotation mark " without its partner. {SAVE_AS}'
            self._problems.append(Problem(file=self.file, line=line, what=what, todo=todo))
            return False
        if header is None:
            self.complain(None, None, "The file is empty.", f"Its first line must read: {','.join(columns)}")
            return False
        return True

    def _check_header(self, header: list[str], columns: Sequence[str], line: int) -> bool:
        if len(header) == 1 and (wrong := next((mark for mark in ";\t，" if mark in header[0]), None)):
            mark = {";": "semicolons", "\t": "tabs", "，": "full-width commas"}[wrong]
            what = f"The columns are separated by {mark}, not by commas."
            self._problems.append(Problem(file=self.file, line=line, what=what, todo=SAVE_AS))
            return False
        missing = [column for column in columns if column not in header and column not in self._may_have]
        for column in header:
            if column and column not in columns:
                what = f'The column "{column}" is unknown.'
                todo = meant(column, missing) or "Delete the column. "
                todo += f"The columns are: {', '.join(columns)}."
                self._problems.append(Problem(file=self.file, line=line, column=column, what=what, todo=todo))
        for column in columns:
            if header.count(column) > 1:
                what = f'The column "{column}" stands there {header.count(column)} times.'
                todo = "Keep one of them."
                self._problems.append(Problem(file=self.file, line=line, column=column, what=what, todo=todo))
        for column in missing:
            what = f'The column "{column}" is missing.'
            todo = f"Add it to the first line; its cells may stay blank where nothing is to be said: {','.join(columns)}"
            self._problems.append(Problem(file=self.file, line=line, column=column, what=what, todo=todo))
        return not missing

    def _add(self, line: int, cells: list[str], header: list[str], columns: Sequence[str]) -> None:
        if any(cells[len(header) :]):
            what = f"This row has {len(cells)} cells, but the first line has {len(header)} columns."
            todo = 'Put a text that contains a comma into quotation marks: "...".'
            self._problems.append(Problem(file=self.file, line=line, what=what, todo=todo))
            return
        found = dict(zip(header, cells, strict=False))
        self.rows.append(Row(line=line, cells={column: found.get(column, "") for column in columns}))


def decoded(file: str, data: bytes | None, problems: list[Problem]) -> str | None:
    """Return the text of a file, or None and a problem when it is missing or in another encoding than UTF-8."""
    if data is None:
        what = "The file is missing."
        problems.append(Problem(file=file, what=what, todo="Put it into the city's folder; examples/ shows how it looks."))
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        other = _other_encoding(data)
        what = f"The file is not UTF-8; it looks like {other}." if other else "The file is not UTF-8 text."
        problems.append(Problem(file=file, line=line if other != "UTF-16" else None, what=what, todo=SAVE_AS))
        return None


def meant(wrong: str, known: Iterable[str]) -> str:
    """Return a suggestion such as 'Did you mean "3wd"? ', or an empty text."""
    close = get_close_matches(wrong, list(known), n=1)
    return f'Did you mean "{close[0]}"? ' if close else ""


def _other_encoding(data: bytes) -> str | None:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "UTF-16"
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return "GBK"
