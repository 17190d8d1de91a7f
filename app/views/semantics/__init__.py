"""The parts of the Semantics page, a module with `show(workspace)` for each tab.

    prompts.py      items against prompts: cosines, zero-shot classes
    components.py   prompts against dimensions, principal components, reduced models
    directions.py   concept directions, what lies along them, and embeddings without one
    gap.py          images against captions, before and after centring
    names.py        what groups are about, in words that captions or a list hold
    care.py         near-duplicates, captions that do not fit, doubtful labels, outliers

Shared by the tabs: `source` asks for which items, `results` lists what was found, `compared` makes cosines again,
`grid` draws a table of coloured cells that can be clicked, `examples` knows what fits the bundled sets.
"""
