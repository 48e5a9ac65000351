"""The next user of a campaign that is open to all, learned from the order of participation in past campaigns.

event_sequence     a campaign's participants in order
cooccurrence       statistics of past campaigns: which users take part together, near and after each other
sequence_features  features of every user, given the participants of a campaign so far
examples           training examples from past campaigns
next_user_model    the network that ranks the users
backtest           evaluation: the model compared with co-occurrence counts and other simple rankings
job                train on a data set; rank the next users of a campaign
"""
