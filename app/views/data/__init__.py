"""The parts of the Data page: what there is, the items, adding more, the workspace itself."""
