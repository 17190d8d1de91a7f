"""The parts of the Dimensions page: the form, the curve, its table, one point of it."""
