// The explanation of a stored forecast
// parameters: $dataset (string), $id (string)
// returns: baseline (float, participants expected by traffic and the campaign's own rate alone), attribution_features, attribution_ratios (lists of one length), traits, took_part_with, took_part_without, trait_ratios, trait_ratios_low, trait_ratios_high (lists of one length); null for a forecast without an explanation
// access: read
MATCH (forecast:Forecast {dataset: $dataset, id: $id})
RETURN forecast.baseline AS baseline, forecast.attribution_features AS attribution_features, forecast.attribution_ratios AS attribution_ratios,
       forecast.traits AS traits, forecast.took_part_with AS took_part_with, forecast.took_part_without AS took_part_without,
       forecast.trait_ratios AS trait_ratios, forecast.trait_ratios_low AS trait_ratios_low, forecast.trait_ratios_high AS trait_ratios_high
