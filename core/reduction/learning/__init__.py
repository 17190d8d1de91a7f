"""What the reducers that learn by descent share. No method itself: listing the methods must not import torch."""
