"""The full-screen interview."""
