"""The laboratory: sources, encoders, maps and the store. Knows nothing of pages or browsers."""
