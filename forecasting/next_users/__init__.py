"""The next user of a campaign that is open to all, learned from the order of participation in past campaigns.

event_sequence     a campaign's participants in order
cooccurrence       statistics of past campaigns: who takes part together, near and after whom
sequence_features  features of every user, given the participants of a campaign so far
examples           training examples from past campaigns
next_user_model    the network that ranks the users
backtest           evaluation beside simple counts
job                train on a data set; rank the next users of a campaign
"""
