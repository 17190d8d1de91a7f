"""What the deep methods share. Not a method itself, so that listing the methods does not import torch."""
