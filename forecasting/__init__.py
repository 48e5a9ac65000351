"""From influence series to forecasts: series -> samples -> K-LSTM -> forecasts, and back-tests.

``series`` pulls what Neo4j aggregated, as of a day; ``traffic`` (the shocks all campaigns share;
``shapes``: what is known of holidays from elsewhere), ``pace`` (a campaign's own rate) and ``hazard`` (what
campaigns usually draw) are the ``ground`` of every forecast; ``samples`` cuts it all into (campaign,
origin) examples; ``encoder`` and ``model`` are the network, which ``fitting`` trains (``weights``: in a
file; ``draft``: what is finished); ``campaign_users`` and ``users`` tell who the participants are;
``planned`` forecasts before the launch; ``counts`` gives all of them bands; ``explain`` says why; ``klstm``
fits, predicts, cross-validates, saves and loads; ``peers`` and ``backtest`` compare it honestly;
``training``, ``forecasts`` and ``plans`` are the three jobs.
"""
