"""The golden corpus: the answers to many visits as one number, so that no change of the rules goes unseen."""
