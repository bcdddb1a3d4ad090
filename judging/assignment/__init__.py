"""Who judges what: balanced, never against a conflict of interest, the same again from its seed.

Everything that has to be chosen among equals is settled by SHA-256 of a seed that the round keeps,
so that anybody can repeat an assignment; the order of the input and Python's version have no say.
"""

from judging.assignment.assigning import Assignment, Shortfall, assign
from judging.assignment.draw import order_for
from judging.assignment.groups import Group, components

__all__ = ["Assignment", "Group", "Shortfall", "assign", "components", "order_for"]
