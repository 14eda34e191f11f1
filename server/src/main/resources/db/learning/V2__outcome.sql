-- What callers reported of their answers; times in nanoseconds since 1970, UTC, scores in billionths.

CREATE TABLE outcome (
  tenant TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  task_type TEXT NOT NULL,
  good INTEGER NOT NULL,
  bad INTEGER NOT NULL,
  -- Reports with a score, and the sum of these scores.
  scores INTEGER NOT NULL,
  score_sum INTEGER NOT NULL,
  -- Names of agents that reported, one a line: a name holds no line break.
  agents TEXT NOT NULL,
  first_reported INTEGER NOT NULL,
  last_reported INTEGER NOT NULL,
  PRIMARY KEY (tenant, provider, model, task_type)
) STRICT, WITHOUT ROWID;

-- The latest reports, counted above, which a second report of the same call by the same agent replaces.
CREATE TABLE outcome_report (
  tenant TEXT NOT NULL,
  call_id TEXT NOT NULL,
  agent TEXT NOT NULL,
  -- Its place in the order of reports.
  number INTEGER NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  task_type TEXT NOT NULL,
  good INTEGER NOT NULL,
  -- NULL where none was given.
  score INTEGER,
  PRIMARY KEY (tenant, call_id, agent)
) STRICT, WITHOUT ROWID;

CREATE INDEX outcome_report_by_number ON outcome_report (number);
