"""Streamlit's entry: the page's frame and the list of pages."""

import sys
from pathlib import Path

import streamlit as st

ROOT = Path(__file__).parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from app import frame  # noqa: E402
from app.state import state  # noqa: E402
from app.views import clusters, data, dimensions, faces, groups, map, semantics  # noqa: E402

st.set_page_config("Clipscape", frame.MARK, "wide", menu_items={"About": frame.ABOUT})
pages = [
    st.Page(data.show, title="Data", icon=":material/photo_library:", url_path="data"),
    st.Page(map.show, title="Map", icon=":material/scatter_plot:", url_path="map", default=True),
    st.Page(clusters.show, title="Clusters", icon=":material/bubble_chart:", url_path="clusters"),
    st.Page(dimensions.show, title="Dimensions", icon=":material/compress:", url_path="dimensions"),
    st.Page(semantics.show, title="Semantics", icon=":material/translate:", url_path="semantics"),
    st.Page(groups.show, title="Groups", icon=":material/workspaces:", url_path="groups"),
    st.Page(faces.show, title="Faces", icon=":material/face:", url_path="faces"),
]
state().pages = {each.url_path or "map": each for each in pages}
page = st.navigation(pages, position="hidden")
frame.show(page, pages)
