"""The parts of the Groups page: the form, and a view for each of its three questions.

    runs.py       saved comparisons as the page reads them
    grouping.py   what groups can be by: columns, clusterings, tags
    retrieval.py  does an embedding stand for its group: the answer, the curves, what single groups found
    theorem.py    the bound of the triplet margin: both sides, the slack, the search for a counter-example
    together.py   groups beside each other: on the map of items, as a heat map, the nearest of one

`cards` draws sets of pictures side by side, `heat` a matrix of distances; both tell what was clicked.
"""
