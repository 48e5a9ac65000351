"""From influence series to forecasts: series -> samples -> K-LSTM -> forecasts, and back-tests.

history            the data before a cut-off: daily series, calendar features, user activity
baseline           the statistical forecast that the K-LSTM corrects: traffic, rates, holiday priors
klstm              the network: samples, training, forecasts, checkpoints, attributions
user_shares        which users the expected participants are
negative_binomial  prediction intervals of counts
plans              campaigns before their launch, and the effect of a discount
next_users         who takes part next in a campaign that is open to all
combination        the forecast shown: K-LSTM and statistical forecasters, weighted
evaluation         back-tests of the combination and of each forecaster alone
training           the job that trains, after a back-test
forecasts          the job that forecasts a campaign and stores the result
records            trained models and stored forecasts, read without torch
weights            network weights in a safetensors file
"""
