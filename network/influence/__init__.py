"""Influence along edges: trials, probabilities, and the test whether there is any influence at all."""
