"""The K-LSTM: an LSTM per campaign, conditioned on its key users and groups."""

import warnings

# torch-geometric scripts some classes on import, and multiplies by sparse matrices of torch.
warnings.filterwarnings("ignore", r"`torch\.jit\.script` is deprecated", FutureWarning)
warnings.filterwarnings("ignore", r"Sparse CS[RC] tensor support is in beta state", UserWarning)
