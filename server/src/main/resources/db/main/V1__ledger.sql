-- Paid calls, one row each, and their sums by day. Money is in pico-dollars; in sums it is split into
-- whole dollars and the rest, so that no sum of entries leaves 64 bits.

CREATE TABLE ledger_entry (
  number INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  call_id TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  tenant TEXT NOT NULL,
  agent TEXT NOT NULL,
  agent_group TEXT NOT NULL,
  task_type TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  input INTEGER NOT NULL,
  cached_input INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  output INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  usage_estimated INTEGER NOT NULL,
  -- NULL where no price is known.
  pico_usd INTEGER,
  price_version TEXT NOT NULL,
  cost_estimated INTEGER NOT NULL,
  provider_request_id TEXT NOT NULL,
  -- Nanoseconds since 1970, UTC.
  created INTEGER NOT NULL
) STRICT;

CREATE INDEX ledger_entry_by_time ON ledger_entry (tenant, created);
CREATE INDEX ledger_entry_by_agent ON ledger_entry (tenant, agent, created);
CREATE INDEX ledger_entry_by_call ON ledger_entry (call_id);

CREATE TABLE ledger_day (
  tenant TEXT NOT NULL,
  -- Days since 1970, UTC.
  day INTEGER NOT NULL,
  agent TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  exact_calls INTEGER NOT NULL,
  exact_usd INTEGER NOT NULL,
  exact_pico_usd INTEGER NOT NULL,
  estimated_calls INTEGER NOT NULL,
  estimated_usd INTEGER NOT NULL,
  estimated_pico_usd INTEGER NOT NULL,
  unpriced_calls INTEGER NOT NULL,
  -- Tokens of a day stop at 10^15, which only garbled counts reach: sums of days must fit too.
  input INTEGER NOT NULL,
  cached_input INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  cache_write_1h INTEGER NOT NULL,
  output INTEGER NOT NULL,
  reasoning INTEGER NOT NULL,
  usage_estimated INTEGER NOT NULL,
  PRIMARY KEY (tenant, day, agent, provider, model)
) STRICT, WITHOUT ROWID;

-- Fires for rows that were inserted, not for those ignored because their id was there: sums count each
-- entry once.
CREATE TRIGGER ledger_entry_summed AFTER INSERT ON ledger_entry
BEGIN
  INSERT INTO ledger_day VALUES (
    new.tenant, new.created / 86400000000000, new.agent, new.provider, new.model,
    new.pico_usd IS NOT NULL AND NOT new.cost_estimated,
    iif(new.cost_estimated, 0, coalesce(new.pico_usd, 0) / 1000000000000),
    iif(new.cost_estimated, 0, coalesce(new.pico_usd, 0) % 1000000000000),
    new.pico_usd IS NOT NULL AND new.cost_estimated,
    iif(new.cost_estimated, coalesce(new.pico_usd, 0) / 1000000000000, 0),
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

-- Calls that cost nothing, summed.
CREATE TABLE ledger_saving (
  tenant TEXT NOT NULL,
  day INTEGER NOT NULL,
  agent TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  -- The number of the contract's Source.
  source INTEGER NOT NULL,
  calls INTEGER NOT NULL,
  usd INTEGER NOT NULL,
  pico_usd INTEGER NOT NULL,
  PRIMARY KEY (tenant, day, agent, provider, model, source)
) STRICT, WITHOUT ROWID;
