"""Responses: normalizing and comparing them."""
