"""What `clipscape run` serves: Streamlit's app behind the gate. `streamlit run app/server.py` reads it."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from starlette.middleware import Middleware  # noqa: E402

from app.access.guard import Guard  # noqa: E402
from app.access.serving import rules  # noqa: E402

app = st.App(Path(__file__).with_name("main.py"), middleware=[Middleware(Guard, rules=rules())])
