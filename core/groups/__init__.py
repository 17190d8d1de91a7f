"""One embedding for a set of items: a method is one file, `fit(sets, params, report) -> GroupEmbedder`."""
