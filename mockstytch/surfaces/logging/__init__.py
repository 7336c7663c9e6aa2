"""From a request and its response to an entry of the request log.

Every request comes through here, so bodies are neither copied nor decoded: ``mockstytch.evidence`` does that when the
log is read.
"""
