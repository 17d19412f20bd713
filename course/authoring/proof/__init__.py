"""Mutation testing: proof that the checks catch what they should and accept what they should."""
