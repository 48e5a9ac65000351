"""Seed selection on a weighted network: whom to reach first so that the most users are reached in the end.

``selection.select`` covers all methods with one kind of result. IMM and CELF maximise the joint spread; GDS's
centralities rank users one by one. ``diffusion`` simulates the spread of any seeds.
"""
