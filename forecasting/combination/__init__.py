"""The combination of the K-LSTM with statistical forecasters, by weights learned on held-out steps."""
