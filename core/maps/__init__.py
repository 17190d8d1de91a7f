"""Maps: high-dimensional rows drawn in the plane, and how far such a picture can be trusted."""
