"""Language models: the client and the prompts. Nothing here yet; the offline grader needs none."""
