"""The gate's rules as the server was started, and what is refused before it starts."""

import base64
import hashlib
import re
from pathlib import Path

import streamlit as st

from app.access.guard import Rules
from core.access import accounts

EVERYWHERE = "0.0.0.0"
"""Where Streamlit listens unless it is told."""


def rules() -> Rules:
    """Of the settings of this process. Raises `BadInput` for an address that needs accounts where there are none."""
    address = str(st.get_option("server.address") or EVERYWHERE)
    accounts.check(address)
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    allowed = tuple(st.get_option("server.allowedHosts") or ())
    return Rules(address, allowed, f"/{base}" if base else "", inline_hashes())


def inline_hashes() -> tuple[str, ...]:
    """SHA-256 of each script that stands in Streamlit's page itself, as a Content-Security-Policy names it."""
    html = (Path(st.__file__).parent / "static" / "index.html").read_text("utf-8")
    found = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    return tuple(base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in found)
