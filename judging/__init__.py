"""Marks, fairness, and results that can be defended."""
