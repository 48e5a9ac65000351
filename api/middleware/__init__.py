"""ASGI middleware: logging, authentication, limits and the response cache."""
