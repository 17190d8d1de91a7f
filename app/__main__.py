"""`python -m app [streamlit's options]`: the app."""

import sys

from app.launch import launch

if __name__ == "__main__":
    launch(sys.argv[1:])
