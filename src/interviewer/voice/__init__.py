"""Speech: hearing answers and reading questions aloud. Nothing here yet; answers are typed."""
