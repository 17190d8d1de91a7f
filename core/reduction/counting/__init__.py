"""Counting in compiled code. Not a method itself, so that listing the methods does not import numba."""
