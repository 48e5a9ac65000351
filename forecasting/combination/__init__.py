"""The combination of forecasters: the K-LSTM, statistical forecasters, and weights learned out of time."""
