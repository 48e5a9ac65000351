// The explanation of a stored forecast
// parameters: $dataset (string), $id (string)
// returns: baseline (float, participants expected by traffic and the campaign's own rate alone), attribution_features, attribution_ratios (lists of one length), odds_ratio_features, odds_ratios, odds_ratios_low, odds_ratios_high (lists of one length); null for a forecast without an explanation
// access: read
MATCH (forecast:Forecast {dataset: $dataset, id: $id})
RETURN forecast.baseline AS baseline, forecast.attribution_features AS attribution_features, forecast.attribution_ratios AS attribution_ratios,
       forecast.odds_ratio_features AS odds_ratio_features, forecast.odds_ratios AS odds_ratios, forecast.odds_ratios_low AS odds_ratios_low,
       forecast.odds_ratios_high AS odds_ratios_high
