"""Measuring the graders: agreement with people's grades, and the graded answers it is measured on."""
