-- What each line used of deductibles and of a guarantee, so that an exhausted one is seen without opening documents.

ALTER TABLE claim_line ADD COLUMN deductibles TEXT NOT NULL DEFAULT '';
ALTER TABLE claim_line ADD COLUMN guarantee TEXT NOT NULL DEFAULT '';
