"""A student's value and what one may do with it: ask it, compare it, see that it was done by hand.

Knows no exercise and no message.
"""
