"""The baseline that the K-LSTM corrects: shared traffic, each campaign's rate, holiday priors."""
