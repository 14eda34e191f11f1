-- Failures by kind; times in nanoseconds since 1970, UTC. No text of a provider, nothing of a call's content.

CREATE TABLE failure (
  tenant TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  -- The number of the contract's ErrorReason.
  reason INTEGER NOT NULL,
  failures INTEGER NOT NULL,
  -- Names of agents that met it, one a line: a name holds no line break.
  agents TEXT NOT NULL,
  first_seen INTEGER NOT NULL,
  last_seen INTEGER NOT NULL,
  -- 0 if none came.
  http_status INTEGER NOT NULL,
  PRIMARY KEY (tenant, provider, model, reason)
) STRICT, WITHOUT ROWID;
