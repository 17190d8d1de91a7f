"""The parts of the Clusters page: the form, the leaderboard, one run, two runs side by side."""
