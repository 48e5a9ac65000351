"""What a forecast may know as of a day: daily series, calendar features, user activity."""
