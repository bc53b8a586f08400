"""Question banks: reading, checking and describing them."""
