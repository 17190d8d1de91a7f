"""The Faces page: whose face, its sliders, what they do."""
