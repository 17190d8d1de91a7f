"""What `clipscape.py` gives to a notebook: results with tables and pictures, and a progress bar."""
