"""Seed selection on a weighted network: whom to reach first, so that the most are reached in the end.

``select`` is the way in: one result whatever the method. IMM and CELF look at the joint spread; GDS's
centralities rank users one by one. ``spread`` measures any seeds by simulation.
"""
