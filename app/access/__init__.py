"""What stands before the app: which names and origins it answers, signing in, and the headers of every answer."""
