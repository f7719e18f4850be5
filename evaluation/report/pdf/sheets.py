"""Paper: A4 sheets with headings, paragraphs, tables and pictures in one calm hand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import MethodReturnValue, TableBordersLayout, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

MARGIN, WIDTH = 18.0, 174.0
INK, SOFT, LINE, BAND = (29, 32, 39), (86, 92, 105), (201, 204, 211), (242, 194, 107)
SECTION = 13
"""Headings of this size and larger stand in the reader's table of contents."""
FONT = "DejaVu"
MARK = "\N{REPLACEMENT CHARACTER}"
FIRST_COLUMN, COLUMN, HEADING, LONGEST, CELL = 48.0, 30.0, 32.0, 50.0, 3.2
"""The most that a word, a heading or a line may ask for in a table; what a cell takes besides its words."""
STYLES = {"": "DejaVuSans.ttf", "B": "DejaVuSans-Bold.ttf", "I": "DejaVuSans-Oblique.ttf"}


class Sheets(FPDF):
    """Helpers in millimetres and points; every call leaves the pen at the left margin below."""

    def __init__(self, *, title: str, footer: str, made: datetime, band: str = "") -> None:
        super().__init__(format="A4", unit="mm")
        import matplotlib

        fonts = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
        for style, file in STYLES.items():
            self.add_font(FONT, style, fonts / file)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=20)
        self.set_title(title)
        self.set_creator("Foolrate")
        self.set_lang("en")
        # The clock of the report, not that of the machine: the same report gives the same bytes.
        self.set_creation_date(made)
        self._words_below, self.label = footer, band
        self._places: dict[str, int] = {}
        self.unwritten = False
        self.add_page()

    def normalize_text(self, text: str) -> str:
        """What the font cannot write is marked, and remembered in `unwritten`; it would vanish otherwise."""
        known = getattr(self.current_font, "cmap", None)
        if known:
            marked = "".join(one if ord(one) in known or one.isspace() else MARK for one in text)
            self.unwritten |= marked != text
            text = marked
        return super().normalize_text(text)

    def footer(self) -> None:
        """Page number and what the sheet belongs to."""
        self.set_y(-14)
        if self.label:
            self._pen(6.5, INK, "B")
            self.cell(self.get_string_width(self.label) + 4, 4, self.label)
        self._pen(6.5, SOFT)
        self.cell(WIDTH + MARGIN - self.get_x() - 12, 4, self._words_below)
        self.cell(12, 4, f"{self.page_no()}", align="R")

    def band(self) -> None:
        """A bar that nobody overlooks, where there is a label."""
        if not self.label:
            return
        self._pen(10, INK, "B")
        self.set_fill_color(*BAND)
        self.cell(WIDTH, 8, self.label, align="C", fill=True, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(4)

    def heading(self, text: str, size: float = 13, room: float = 30) -> None:
        """A heading that does not stand alone at the foot of a page."""
        if self.get_y() > self.h - 20 - room:
            self.add_page()
        elif self.get_y() > MARGIN:
            self.ln(4)
        if size >= SECTION:
            self.start_section(text)
        self._pen(size, INK, "B")
        self._lines(text, size * 0.48)
        self.ln(1)

    def paragraph(
        self, text: str, size: float = 9, *, soft: bool = False, style: str = "", after: float = 2
    ) -> None:
        """Flowing text."""
        if not text:
            return
        self._pen(size, SOFT if soft else INK, style)
        self._lines(text, size * 0.52)
        self.ln(after)

    def fact(self, title: str, text: str, *, place: str = "", leads_to: str = "") -> None:
        """A bold lead and what is said about it; the two stay together.

        `place` names it for links from elsewhere; `leads_to` makes its title such a link.
        """
        if self.get_y() > self.h - 40:
            self.add_page()
        if place:
            self.set_link(self._link(place), y=self.get_y())
        self._pen(8.5, INK, "B")
        self.multi_cell(
            WIDTH, 4.4, title, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT,
            link=self._link(leads_to) if leads_to else "",
        )  # fmt: skip
        self.paragraph(text, 8.5)

    def grid(
        self,
        head: Sequence[tuple[str, str]],
        rows: Sequence[Sequence[str]],
        left: Sequence[bool],
        size: float = 7.5,
        *,
        caption: str = "",
        heading: str = "",
    ) -> None:
        """A table whose columns are as wide as their words; a row of one text divides it.

        Each heading comes with the place of its definition, to which it leads, or ""; `left` says which
        columns are not numbers. Columns for which the sheet is too narrow go into further tables, each
        beginning with the first column. The heading and the caption stand on the page of the first row.
        """
        for place, columns in enumerate(self._sheetfuls(head, rows, size)):
            self._begin(head, rows[:1], size, "" if place else caption, "" if place else heading)
            self._grid(
                [head[place] for place in columns],
                [row if len(row) == 1 else [row[place] for place in columns] for row in rows],
                [left[place] for place in columns],
                size,
            )

    def _begin(
        self,
        head: Sequence[tuple[str, str]],
        first: Sequence[Sequence[str]],
        size: float,
        caption: str,
        heading: str,
    ) -> None:
        """Heading and caption, on a new page where there is no room for them and the first row."""
        room = (self._height(caption, WIDTH, 7.5) + 2 if caption else 0.0) + 2
        room += sum(self._row_height(cells, size) for cells in [[title for title, _ in head], *first])
        if heading:
            self.heading(heading, room=room + 14)
        elif self.get_y() + room > self.h - 20:
            self.add_page()
        self.paragraph(caption, 7.5, soft=True, after=1)

    def _row_height(self, cells: Sequence[str], size: float) -> float:
        """How much room a row of a table takes, its padding included; rather too much than too little."""
        narrow = WIDTH / max(len(cells), 2) - 4
        return 2 + max(self._height(text or " ", narrow, size) for text in cells)

    def _grid(
        self,
        head: Sequence[tuple[str, str]],
        rows: Sequence[Sequence[str]],
        left: Sequence[bool],
        size: float,
    ) -> None:
        widths = self._widths(head, rows, size)
        self._pen(size, INK)
        self.set_draw_color(*LINE)
        self.set_fill_color(255, 255, 255)
        with self.table(
            width=WIDTH,
            col_widths=tuple(widths),
            text_align=tuple("LEFT" if one else "RIGHT" for one in left),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            line_height=size * 0.5,
            padding=1,
            headings_style=FontFace(emphasis="BOLD", color=SOFT, size_pt=size - 0.5),
            wrapmode=WrapMode.WORD,
        ) as table:
            row = table.row()
            for words, place in head:
                row.cell(words, link=self._link(place) if place else "")
            for cells in rows:
                row = table.row()
                if len(cells) == 1:
                    row.cell(cells[0], colspan=len(head), align="L", style=FontFace(color=SOFT))
                    continue
                for text in cells:
                    row.cell(text)
        self.ln(2)

    def _sheetfuls(
        self, head: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], size: float
    ) -> list[list[int]]:
        """The columns of each table, about equally many."""
        first, *others = self._room(head, rows, size)[0]
        count = len(others)
        for tables in range(1, count + 1):
            ends = [count * place // tables for place in range(tables + 1)]
            if all(first + sum(others[a:b]) <= WIDTH for a, b in pairwise(ends)) or tables == count:
                return [[0, *range(a + 1, b + 1)] for a, b in pairwise(ends)]
        return [[0]]

    def _widths(
        self, head: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], size: float
    ) -> list[float]:
        """No column narrower than its longest word; what is left goes to those whose lines would break."""
        least, whole = self._room(head, rows, size)
        spare = WIDTH - sum(least)
        wish = [want - need for want, need in zip(whole, least, strict=True)]
        total = sum(wish)
        share = min(1.0, spare / total) if total > 0 else 0.0
        widths = [need + max(0.0, share) * more for need, more in zip(least, wish, strict=True)]
        widths[0] += max(0.0, WIDTH - sum(widths))
        return widths

    def _room(
        self, head: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]], size: float
    ) -> tuple[list[float], list[float]]:
        """The least width of each column, and that of its longest line."""
        least, whole = [], []
        for place, (title, _) in enumerate(head):
            most = FIRST_COLUMN if not place else COLUMN
            self._pen(size - 0.5, INK, "B")
            words = [self.get_string_width(word) for word in title.split(" ")]
            title_room = min(HEADING, self.get_string_width(title))
            self._pen(size, INK)
            lines = [line for row in rows if len(row) > 1 for line in row[place].split("\n")]
            words += [self.get_string_width(word) for line in lines for word in line.split(" ")]
            least.append(min(most, max(words, default=0.0)) + CELL)
            longest = max((self.get_string_width(line) for line in lines), default=0.0)
            whole.append(max(min(longest, LONGEST) if place else longest, *words, title_room) + CELL)
        return least, whole

    def picture(self, data: bytes, ratio: float, words: str, caption: str = "", *, heading: str = "") -> None:
        """A picture over the whole width (`ratio`: height by width); its heading stays on its page."""
        self.pictures([(data, ratio, words)], caption, heading=heading)

    def pictures(
        self, parts: Sequence[tuple[bytes, float, str]], caption: str = "", *, heading: str = ""
    ) -> None:
        """The parts of a picture; the heading stays with the first, the caption with the last."""
        below = self._height(caption, WIDTH, 7.5) + 3 if caption else 0.0
        for number, (data, ratio, words) in enumerate(parts):
            last = number == len(parts) - 1
            tall = min(WIDTH * ratio, 220.0) + (below if last else 0)
            if heading and not number:
                self.heading(heading, room=tall + 14)
            if self.get_y() + tall > self.h - 20:
                self.add_page()
            self.image(io.BytesIO(data), x=MARGIN, w=min(WIDTH, 220 / ratio), alt_text=words)
            self.ln(1)
        self.paragraph(caption, 7.5, soft=True)

    def exhibits(
        self, title: str, items: Sequence[tuple[Sequence[bytes | None], str]], columns: int = 3
    ) -> None:
        """Pictures side by side on a grey ground, each exhibit with its words below.

        The title stands above the first row, and again where the rows go on on another page.
        """
        gap, across = 4.0, (WIDTH - 4.0 * (columns - 1)) / columns
        most = max(len(pictures) for pictures, _words in items)
        side = (across - most - 1.0) / most
        for start in range(0, len(items), columns):
            row = items[start : start + columns]
            below = max(self._height(words, across, 6.5) for _, words in row)
            if not start:
                self.heading(title, 9.5, room=side + below + 16)
            elif self.get_y() + side + below + 6 > self.h - 20:
                self.add_page()
                self.heading(f"{title}, continued", 9.5)
            top = self.get_y()
            for place, (pictures, words) in enumerate(row):
                left = MARGIN + place * (across + gap)
                self.set_fill_color(128, 128, 128)
                self.rect(left, top, across, side + 2, style="F")
                for number, data in enumerate(pictures):
                    at = left + 1 + number * (side + 1)
                    if data is None:
                        self.set_xy(at, top + side / 2)
                        self._pen(6.5, (255, 255, 255))
                        self.cell(side, 3, "no picture kept", align="C")
                    else:
                        self.image(io.BytesIO(data), x=at, y=top + 1, w=side, h=side, keep_aspect_ratio=True)
                self.set_xy(left, top + side + 3)
                self._pen(6.5, INK)
                self.multi_cell(across, 3.2, words, align="L")
            self.set_xy(MARGIN, top + side + below + 6)

    def _link(self, place: str) -> int:
        """The link to a place, which may come later."""
        if place not in self._places:
            self._places[place] = self.add_link()
        return self._places[place]

    def _height(self, words: str, width: float, size: float) -> float:
        self._pen(size, INK)
        found = self.multi_cell(
            width, size * 0.5, words, align="L", dry_run=True, output=MethodReturnValue.HEIGHT
        )
        return float(found)  # type: ignore[arg-type]

    def _pen(self, size: float, colour: tuple[int, int, int], style: str = "") -> None:
        self.set_font(FONT, style, size)
        self.set_text_color(*colour)

    def _lines(self, text: str, height: float) -> None:
        self.multi_cell(WIDTH, height, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
