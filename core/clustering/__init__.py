"""Clustering: which rows belong together, and how many groups there are."""
