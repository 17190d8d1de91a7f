"""The laboratory: sources, encoders, maps and the store. Knows nothing of pages or browsers."""

import os

__version__ = "0.1.0"

# OpenMP threads that spin while they wait starve each other as soon as two jobs share the cores
# (t-SNE of 60 rows: 11 s against 0.1 s). It counts only if set before any OpenMP library loads.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
