"""A workspace of hostile words: nothing in it may run, be rendered, call another host or break a page.

Every word holds a mark, so that a test can tell whether a page has made more of it than words.
"""

import json
import os
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from core.commands import COMMANDS
from core.commands.embedding import add
from core.workspace import Workspace, create_named

NAME = "_qqname_ --qq-- 1. x"
"""A workspace's: what its letters allow."""
RAN = "qqran"
"""The global that scripts would set."""
HOST = "qqforeign.example"
WORDS = (
    f"<script>window.{RAN}='script'</script>",
    f"<img src=x onerror=window.{RAN}='img'>",
    f"<svg onload=window.{RAN}='svg'><b>qqhtml</b></svg>",
    f'"><iframe srcdoc="<script>parent.{RAN}=\'frame\'</script>">',
    f"' onmouseover=window.{RAN}='over' x='",
    f"</style></textarea></title><script>alert('{RAN}')</script>",
    f"[qqlink](javascript:window.{RAN}='link') [qqlink](https://{HOST}/l)",
    f"![qqimage](https://{HOST}/i.png)",
    f"<a href=\"javascript:window.{RAN}='a'\">qqanchor</a><br><b>qqhtml</b>",
    "**qqbold** _qqitalic_ `qqcode` ~~qqgone~~ *qqitalic*",
    "# qqhead",
    "> qqquote",
    "1. qqlist",
    "| qqcell | b |\n|---|---|\n| qqcell | d |",
    r"qq $\frac{qqmath}{2}$ $$qqmath$$ \(qqmath\)",
    "qq :smile: :material/pest_control: :red[qqred] :blue-badge[qqred] qq",
    f'=HYPERLINK("https://{HOST}","qq")',
    "@SUM(1+1) qq",
    "+cmd|' /C qq'!A0",
    "-2+3 qq",
    "\u202eqq right to left\u202c \u2066qq\u2069",
    "qq\u200bzero\u200d\ufeff\u00ad width",
    "nul\0qq \x1b[31m \x07",
    "half \ud83d qq \udfff",
    "qq\r\n\r\n# qqhead\r\n- qqlist\r\n\u2028\u2029end",
    "{{7*7}}qq{{7*7}} ${7*7} %{qq} <%= 7*7 %> %s {0} {qq}",
    f"datum['qq']; (window.{RAN}='vega')",
    f"https://{HOST}/x www.{HOST}",
    "Z\u0351\u036b\u0343\u036a" * 30 + "qq",
    "qq" + "W" * 2**20,
    "qq " * 20_000,
)
RENDERED = ("qqbold", "qqitalic", "qqcode", "qqgone", "qqhead", "qqquote", "qqlist", "qqcell", "qqmath", "qqred")
RENDERED += ("qqlink", "qqimage", "qqanchor", "qqhtml", "pest_control")
"""What an element holds alone only where a word was taken for Markdown, HTML or mathematics."""
SHORT = [word.replace("/", "∕") for word in WORDS if len(word) < 90 and "\0" not in word and "\r" not in word]
"""As names of files, columns and tags."""
MODEL = "pocket"


def make(runs: bool = True) -> Workspace:
    """The workspace in CLIPSCAPE_HOME, brought by a folder with a table; runs: with a map and comparisons of it."""
    place = create_named(NAME)
    folder = Path(place.path).parent / "hostile files"
    folder.mkdir()
    _write(folder)
    add(place.path, str(folder))
    ids = place.table(["id"])["id"].to_pylist()
    place.set_column("tag", dict(zip(ids, WORDS, strict=False)))
    captions = place.missing(MODEL, "text")
    random = np.random.default_rng(0)
    centres = {id: random.normal(size=256) + 24 * np.eye(256)[number % 3] for number, id in enumerate(ids)}
    for modality, known in (("image", ids), ("text", captions)):
        rows = np.array([centres[id.partition("#")[0][:32]] + random.normal(size=256) / 2 for id in known])
        place.add_embeddings(MODEL, modality, known, (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype("f4"))
    if runs:
        _compare(place)
    return place


def _write(folder: Path) -> None:
    """Pictures by hostile names, and lines of JSON with hostile captions, labels, columns and values."""
    with (folder / "captions.jsonl").open("w", encoding="utf-8") as table:
        for number in range(2 * len(WORDS)):
            word, name = WORDS[number % len(WORDS)], SHORT[number % len(SHORT)]
            file = f"{number} {name.encode('utf-8', 'replace').decode()}"[:60] + ".png"
            picture = BytesIO()
            Image.new("RGB", (40, 40 + number), ("red", "green", "blue")[number % 3]).save(picture, "PNG")
            (folder / file).write_bytes(picture.getvalue())
            first = word if number < len(WORDS) else f"{word} {number}"  # those that repeat are one pair only
            row = {"file": file, "caption1": first, "caption2": f"{number} {WORDS[-1 - number % len(WORDS)]}"}
            row["label"] = WORDS[number % 5]
            few = {SHORT[6]: WORDS[number % 3 + 5], SHORT[8]: WORDS[(number // 2) % 4 + 8], SHORT[1]: number % 2 == 0}
            table.write(json.dumps({**row, **few, SHORT[9]: word, SHORT[13]: number / 7}) + "\n")


def _compare(place: Workspace) -> None:
    """A run of each kind that a page shows."""
    path, by = place.path, next(name for name in place.columns() if "qqanchor" in name)
    COMMANDS["map"](path, "pca")
    clusters = COMMANDS["cluster"](path, ["kmeans"], k=3, seeds=1)
    COMMANDS["names"](path, by=f"run:{clusters['runs'][0]['run']}", rank="words")
    COMMANDS["groups"](path, by=by, methods=["mean"])
    COMMANDS["reduce"](path, ["pca"], dims=[8, 16], seeds=2)
    COMMANDS["care"](path)
    COMMANDS["semantics"](path, prompts=[word for word in WORDS if len(word) < 200], label="label")
    COMMANDS["direction"](path, towards=[SHORT[7]], away=[SHORT[8]])


def make_in(home: str) -> None:
    """The same in that home."""
    os.environ["CLIPSCAPE_HOME"] = home
    make()
