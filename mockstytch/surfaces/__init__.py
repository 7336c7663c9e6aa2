"""The edge: the only package that knows Starlette. It takes each request the same way, and knows no rule."""
