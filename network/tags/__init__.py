"""Tags of users: stated tags, tags derived from behaviour, and the key tags among them."""
