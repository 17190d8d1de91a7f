"""Semantics: what directions mean.

    prompts.py      words to compare items with, the classes they stand for, and their vectors
    cosines.py      items × prompts, in blocks, and correlations of many prompts in the same pass
    zero_shot.py    the class of each item by its prompts; against labels
    correlation.py  prompts' cosines against dimensions, principal components, codes of any kind
    directions.py   concept directions, the items along them, and how to take one away
    removal.py      clusters with a direction and without it
    gap.py          images against captions: the modality gap before and after centring
    streams.py      what is counted over all products of images and captions
    results.py      what comes back

Nothing here reads a workspace or a model: rows in, frozen results out. The commands are `core.commands.semantics`,
`directions`, `removal` and `modality_gap`.
"""
