"""A session: what may happen, what happens next, and keeping it."""
