"""Who is like whom: what is known of each user, and what of it predicts taking part together.

``features`` holds the candidate similarities, ``pairs`` who took part together and who comparable did
not, ``encoder`` what is learned from them, ``measure`` how well a similarity predicts.
"""
