"""Decides which behaviours count as participation, in files (``tally``) and in the graph (``derive``)."""
