"""What every request passes before it reaches a route: logging, keys, limits, cache."""
