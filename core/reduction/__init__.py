"""Ways to fewer dimensions: a method is one file, `fit(pairs, params, report) -> Reducer`."""
