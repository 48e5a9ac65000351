"""Similarity of users: what is known of each, and what of it predicts that two take part together.

``features`` describes users by feature blocks, ``training_pairs`` samples who took part together and who did
not, ``encoder`` learns similarity from these pairs, ``ranking_quality`` measures it, and ``build_similarity``
puts the steps together.
"""
