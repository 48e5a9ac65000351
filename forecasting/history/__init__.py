"""The inputs of a forecast at an origin: daily series, calendar features, user activity."""
