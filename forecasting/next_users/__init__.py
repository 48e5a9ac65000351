"""Who takes part next in a campaign that is open to all: learned from the order in which users took part in
other campaigns.

order        a campaign's participants, one after the other
cooccurrence   what past campaigns tell of who takes part around whom
features        what that says of every user, given who has taken part in a campaign so far
examples     past campaigns replayed, each by what the others tell
ranker       the network that weighs it: fit, rank, read, write
backtest     how well it ranks, beside what one would count by hand
job          learn from a data set as of a day, and say it of a campaign
"""
