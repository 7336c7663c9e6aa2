"""What every other package of the domain needs: lookup, search, messages, redirect URLs, metadata, e-mail addresses.

It has no rules about one kind of login or one kind of credential; those are in the packages above it, which it must not
import. Every change of a member emits its webhook event through ``member_events``.

Start with ``lookup``.
"""
