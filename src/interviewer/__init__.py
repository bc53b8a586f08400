"""Interviewer: a mock interviewer for technical interviews, in the terminal."""

__version__ = "0.1.0"
