"""Rules that several endpoints share. No HTTP, no request classes: each takes the context and plain values."""
