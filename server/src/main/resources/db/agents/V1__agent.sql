-- Agents seen, with their totals; money in pico-dollars, times in nanoseconds since 1970, UTC.

CREATE TABLE agent (
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  agent_group TEXT NOT NULL,
  calls INTEGER NOT NULL,
  spent_pico_usd INTEGER NOT NULL,
  saved_pico_usd INTEGER NOT NULL,
  created INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  PRIMARY KEY (tenant, name)
) STRICT, WITHOUT ROWID;
