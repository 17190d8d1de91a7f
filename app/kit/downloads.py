"""What a person takes away: the button, and tables and run cards as the files behind it."""

import json
from collections.abc import Callable
from io import BytesIO
from pathlib import PurePath
from typing import Literal

import pandas as pd
import streamlit as st

from core.formats import as_cell
from core.workspace import RunCard

MIME = {
    ".csv": "text/csv",
    ".gif": "image/gif",
    ".html": "text/html",
    ".json": "application/json",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".py": "text/x-python",
    ".safetensors": "application/octet-stream",
    ".txt": "text/plain",
    ".webp": "image/webp",
    ".zip": "application/zip",
}


def button(
    title: str,
    make: Callable[[], bytes],
    file: str,
    help: str | None = None,
    *,
    key: str = "",
    quiet: bool = True,
    disabled: bool = False,
    width: Literal["content", "stretch"] = "content",
) -> None:
    """Makes its file when it is pressed, and does not draw the page anew; quiet: without a frame."""
    st.download_button(
        title,
        make,
        file,
        MIME[PurePath(file).suffix],
        on_click="ignore",
        key=key or f"take-{file}",
        type="tertiary" if quiet else "secondary",
        icon=":material/download:",
        help=help,
        disabled=disabled,
        width=width,
    )


def csv(table: pd.DataFrame, index: bool = False) -> bytes:
    """Comma-separated text, UTF-8, in which nothing is a formula. index: with the names of rows."""
    return table.map(as_cell).rename(columns=as_cell, index=as_cell).to_csv(index=index).encode()


def parquet(table: pd.DataFrame) -> bytes:
    buffer = BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def run_card(card: RunCard) -> bytes:
    """Method, parameters, seed, fingerprint of the embeddings, versions, figures: as JSON."""
    return json.dumps(json.loads(card.to_json()), indent=2, ensure_ascii=False).encode()
