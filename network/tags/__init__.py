"""Tags of users: stated ones, ones learned from behaviour, and the key tags among them."""
