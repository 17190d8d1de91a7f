"""What the methods that learn by descent share; torch is imported here only."""
