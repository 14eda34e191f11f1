-- Time that callers did not wait thanks to calls that cost nothing: seconds and the rest in nanoseconds, so
-- that no sum leaves 64 bits. What was saved before is not known and counts as none.

ALTER TABLE ledger_saving ADD COLUMN seconds INTEGER NOT NULL DEFAULT 0;
ALTER TABLE ledger_saving ADD COLUMN nanos INTEGER NOT NULL DEFAULT 0;
