"""The K-LSTM: samples, graph encoder, network, trainer, checkpoints, attributions."""
