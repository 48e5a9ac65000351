// Why a forecast says what it says
// parameters: $dataset (string), $id (string)
// returns: ground (float, participants expected by traffic and pace alone), moves, moves_times (lists, an entry a factor), worth, worth_times, worth_low, worth_high (lists, an entry a factor); null for a forecast stored without
MATCH (forecast:Forecast {dataset: $dataset, id: $id})
RETURN forecast.ground AS ground, forecast.moves AS moves, forecast.moves_times AS moves_times,
       forecast.worth AS worth, forecast.worth_times AS worth_times, forecast.worth_low AS worth_low,
       forecast.worth_high AS worth_high
