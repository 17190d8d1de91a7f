"""Flickr8k and Flickr30k (Hodosh and others, 2013; Young and others, 2014): five captions a picture, in a text file.

The authors' files have a line a caption, the picture's name, # and its number before it; Kaggle's `captions.txt` is a
CSV. The pictures lie in a folder beside the file, which is no class.
"""

import re
from pathlib import Path, PurePosixPath
from typing import IO

from core.errors import BadInput
from core.sources.files import FolderFiles
from core.sources.gather import from_rows
from core.sources.items import ItemIterator, Refused
from core.sources.kinds import Parser, file_kind
from core.sources.rows import Row, Rows
from core.sources.table import separated
from core.sources.text import lines_of, read_text

TOKEN = ".token"
_NAME = re.compile(r"(?i)(.*[._-])?(tokens?|captions?)([._-].*)?")
_LINE = re.compile(r"(\S[^\t]*?)#\d+\s*\t(.*)")


def _named(name: str) -> bool:
    path = PurePosixPath(name)
    return _NAME.fullmatch(path.name if path.suffix.lower() == TOKEN else path.stem) is not None


def parse(title: str, stream: IO[bytes]) -> Rows:
    """A row a caption; raises `BadInput` where the file is neither the authors' list nor a table."""
    text = read_text(title, stream)
    lines = lines_of(text)
    if not any(map(_LINE.match, lines[:10])):
        return separated(title, text)
    if "lemma" in title.lower():
        return iter([Refused(title, "words in their basic forms, not as written: left out")])
    return (_row(f"{title} row {number}", line) for number, line in enumerate(lines, 1) if line.strip())


def _row(where: str, line: str) -> Row | Refused:
    found = _LINE.match(line)
    if found is None:
        return Refused(where, "a picture's name, #, a number, a tab and a caption were expected: leave it out")
    return Row(where, found[1], (found[2].strip(),) if found[2].strip() else ())


def read(path: Path, captions: Path | None) -> ItemIterator:
    if captions is not None:
        raise BadInput(f"{path.name}: give the folder of pictures as the source and {path.name} as its captions")
    with path.open("rb") as stream:
        yield from from_rows(parse(path.name, stream), FolderFiles(path.parent))


PARSER = Parser("flickr", (".txt", TOKEN), parse, _named, folders_are_labels=False)
KIND = file_kind("Flickr8k's captions", PARSER, read)
