"""The words of the field as plain data: cards, grades, and the record of a session."""
