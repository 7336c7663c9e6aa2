"""Responses: normalizing and comparing them. Only normalized responses leave this package."""
