"""Influence along edges: trials, probabilities, and the test whether users influence one another at all."""
