"""What parties send each other: keys, sealed envelopes, and the messages in them."""
