"""The operations: one module for each resource group, named as in the SDKs.

Each endpoint is a request class and the function beside it, which holds the rule and nothing else: no HTTP, no commit,
no clock.
"""
