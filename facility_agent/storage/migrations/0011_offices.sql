-- Whoever works for a payer from elsewhere: the code of their office, empty for the payer's own people.
ALTER TABLE account ADD COLUMN office TEXT NOT NULL DEFAULT '';
