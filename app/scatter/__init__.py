"""The map: many points drawn by WebGL in the browser, with pictures, captions, lasso and search hits on them.

picked = scatter(Points("tsne 1", xy, item, modality, captions), colour=Colour("class", codes, names), key="map")
picked.selection, picked.clicked
"""

from app.scatter.component import scatter, select
from app.scatter.points import CAPTION, IMAGE, Colour, Label, Picked, Points
from app.scatter.sprites import Sprites

__all__ = ["CAPTION", "IMAGE", "Colour", "Label", "Picked", "Points", "Sprites", "scatter", "select"]
