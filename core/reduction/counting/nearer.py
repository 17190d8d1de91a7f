"""How many of a tile's products are as large as a row's and a column's own: float32 screens, float64 decides.

A tile's products may be of the first H dimensions alone; what the others add is at most the product of the two rows'
norms there (Cauchy and Schwarz), so that most pairs are decided without them.
"""

import numba
import numpy as np

FLOAT_ERROR = np.float32(1e-5)
"""More than float32 can be wrong by in a product of two unit rows; measured on 512 dimensions, it is below 1e-6."""


@numba.njit(nogil=True, fastmath=True, cache=True)
def exact_product(a, b, i, j):
    """In float64, always in the same order: rows that are the same have the same product, so that ties are ties."""
    total = 0.0
    for k in range(a.shape[1]):
        total += np.float64(a[i, k]) * np.float64(b[j, k])
    return total


@numba.njit(nogil=True, cache=True)
def own_products(image, text, item):
    """Of each caption with its image, whose row is item (N,): (N,) float64."""
    own = np.empty(len(text))
    for row in range(len(text)):
        own[row] = exact_product(image, text, item[row], row)
    return own


@numba.njit(nogil=True, cache=True)
def count(tile, image, text, image_tail, text_tail, image_rest, text_rest, own_row, own_column, rows, columns):
    """Adds to rows (A,) and columns (B,), int32, how many products are at least own_row (A,), own_column (B,), float64.

    tile: (A, B) float32, products of the first H dimensions. image: (A, D), text: (B, D), the whole rows; image_tail:
    (A, D - H), text_tail: (B, D - H), what the tile leaves out; image_rest: (A,), text_rest: (B,), the norms of that;
    all float32.
    """
    others = own_column.astype(np.float32)
    unsure, marked = np.zeros(len(others), np.uint8), np.zeros(len(others), np.int32)
    scores = np.zeros(len(others), np.float32)
    for i in range(tile.shape[0]):
        rows[i] += certain(tile[i], np.float32(own_row[i]), others, image_rest[i], text_rest, columns, unsure)
        number = marks(unsure, marked)
        add_tails(tile[i], image_tail[i], text_tail, marked[:number], scores)
        for m in range(number):
            j = marked[m]
            mine, other, score = own_row[i], own_column[j], np.float64(scores[m])
            if abs(score - mine) <= FLOAT_ERROR or abs(score - other) <= FLOAT_ERROR:
                score = exact_product(image, text, i, j)
            slack = image_rest[i] * text_rest[j] + FLOAT_ERROR
            rows[i] += score >= mine and not tile[i, j] - np.float32(mine) > slack
            columns[j] += score >= other and not tile[i, j] - others[j] > slack


@numba.njit(nogil=True, cache=True)
def marks(unsure, marked):
    """Writes where the marks are, in order, and gives how many there are; without a branch."""
    number = 0
    for j in range(len(unsure)):
        marked[number] = j
        number += unsure[j]
    return number


@numba.njit(nogil=True, fastmath=True, cache=True)
def add_tails(first, mine, others, marked, scores):
    """The whole products of the marked ones, in float32; fastmath lets the sum be vectorised."""
    for m in range(len(marked)):
        total = np.float32(0)
        for k in range(len(mine)):
            total += mine[k] * others[marked[m], k]
        scores[m] = first[marked[m]] + total


@numba.njit(nogil=True, cache=True)
def certain(scores, mine, others, rest, rests, columns, unsure):
    """Counts the products that are surely as large, and marks those that are neither that nor surely smaller.

    Without a branch, so that it is vectorised.
    """
    found = np.int32(0)
    for j in range(len(others)):
        slack = rest * rests[j] + FLOAT_ERROR
        above_mine, above_other = scores[j] - mine, scores[j] - others[j]
        found += np.int32(above_mine > slack)
        columns[j] += np.int32(above_other > slack)
        unsure[j] = (abs(above_mine) <= slack) | (abs(above_other) <= slack)
    return found
