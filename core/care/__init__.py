"""Data care: which items deserve a second look. One file a check; each ranks all items, most suspicious first."""
