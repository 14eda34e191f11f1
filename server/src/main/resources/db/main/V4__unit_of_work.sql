-- What is to be told and proved of paid calls, kept in the transaction of their entries; and entries of nine
-- million dollars and more.

CREATE TABLE outbox (
  -- The order of commits; no number is used twice, though rows leave.
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  -- Nanoseconds since 1970, UTC.
  created INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

CREATE TABLE audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  kind TEXT NOT NULL,
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  created INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;

-- Whole dollars of an entry; pico_usd is the rest. Entries from before have all in pico_usd, where it fitted.
ALTER TABLE ledger_entry ADD COLUMN usd INTEGER NOT NULL DEFAULT 0;

DROP TRIGGER ledger_entry_summed;

-- Fires for rows that were inserted, not for those ignored because their id was there: sums count each
-- entry once.
CREATE TRIGGER ledger_entry_summed AFTER INSERT ON ledger_entry
BEGIN
  INSERT INTO ledger_day VALUES (
    new.tenant, new.created / 86400000000000, new.agent, new.provider, new.model,
    new.pico_usd IS NOT NULL AND NOT new.cost_estimated,
    iif(new.cost_estimated, 0, new.usd + coalesce(new.pico_usd, 0) / 1000000000000),
    iif(new.cost_estimated, 0, coalesce(new.pico_usd, 0) % 1000000000000),
    new.pico_usd IS NOT NULL AND new.cost_estimated,
    iif(new.cost_estimated, new.usd + coalesce(new.pico_usd, 0) / 1000000000000, 0),
    iif(new.cost_estimated, coalesce(new.pico_usd, 0) % 1000000000000, 0),
    new.pico_usd IS NULL,
    min(1000000000000000, new.input), min(1000000000000000, new.cached_input),
    min(1000000000000000, new.cache_write), min(1000000000000000, new.cache_write_1h),
    min(1000000000000000, new.output), min(1000000000000000, new.reasoning),
    new.usage_estimated)
  ON CONFLICT DO UPDATE SET
    exact_calls = exact_calls + excluded.exact_calls,
    exact_usd = exact_usd + excluded.exact_usd
      + (exact_pico_usd + excluded.exact_pico_usd) / 1000000000000,
    exact_pico_usd = (exact_pico_usd + excluded.exact_pico_usd) % 1000000000000,
    estimated_calls = estimated_calls + excluded.estimated_calls,
    estimated_usd = estimated_usd + excluded.estimated_usd
      + (estimated_pico_usd + excluded.estimated_pico_usd) / 1000000000000,
    estimated_pico_usd = (estimated_pico_usd + excluded.estimated_pico_usd) % 1000000000000,
    unpriced_calls = unpriced_calls + excluded.unpriced_calls,
    input = min(1000000000000000, input + excluded.input),
    cached_input = min(1000000000000000, cached_input + excluded.cached_input),
    cache_write = min(1000000000000000, cache_write + excluded.cache_write),
    cache_write_1h = min(1000000000000000, cache_write_1h + excluded.cache_write_1h),
    output = min(1000000000000000, output + excluded.output),
    reasoning = min(1000000000000000, reasoning + excluded.reasoning),
    usage_estimated = max(usage_estimated, excluded.usage_estimated);
END;
