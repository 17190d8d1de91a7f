"""The parts of the Map page: what is drawn, the line above, the drawer, the figures below, new maps."""
