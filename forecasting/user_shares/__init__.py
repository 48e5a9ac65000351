"""Which users the expected participants are.

features           what is known of each user before an origin
conditional_logit  the model of the users' shares
shares             the fitted shares, and probabilities by step that sum to a forecast
traits             what goes with taking part, in groups of features
"""
