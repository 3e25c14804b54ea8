-- Deadlines are chased, extended and judged; cases are merged, planned, released; figures are kept; staff can be away.

-- `unit` is whose time it is; `ended` the event that stopped it; `rule` is the limit as extended. A deadline of kind `reply` is
-- the citizen's time to answer a question: while it runs the unit's own stands still, and it is the record of that pause.
-- `passed` are the rungs behind it; the `calendar` of a provisional one names the calendar by which it was estimated.
ALTER TABLE deadline DROP COLUMN rung;
ALTER TABLE deadline ADD COLUMN unit TEXT;
ALTER TABLE deadline ADD COLUMN ended TEXT;
ALTER TABLE deadline ADD COLUMN passed TEXT NOT NULL DEFAULT '';
ALTER TABLE deadline ADD COLUMN tries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE deadline ADD COLUMN why TEXT;
UPDATE deadline SET unit = (SELECT unit FROM cases WHERE cases.id = deadline.case_id) WHERE kind IN ('accept', 'answer');
CREATE INDEX deadline_provisional ON deadline (calendar) WHERE provisional = 1 AND stopped_at IS NULL;
CREATE INDEX deadline_put_aside ON deadline (id) WHERE why IS NOT NULL AND next_rung_at IS NULL AND stopped_at IS NULL;
CREATE INDEX deadline_running ON deadline (due_at) WHERE stopped_at IS NULL;
CREATE INDEX deadline_started ON deadline (started_at) WHERE kind IN ('answer', 'triage');
CREATE INDEX deadline_stopped_answer ON deadline (stopped_at) WHERE kind = 'answer' AND stopped_at IS NOT NULL;
CREATE INDEX deadline_stopped_promise ON deadline (stopped_at) WHERE kind = 'promise' AND stopped_at IS NOT NULL;
CREATE INDEX deadline_running_of_unit ON deadline (unit, due_at, id) WHERE stopped_at IS NULL AND unit IS NOT NULL;
CREATE INDEX deadline_begun_of_unit ON deadline (unit, started_at) WHERE kind = 'answer';
CREATE INDEX deadline_triage ON deadline (due_at, id) WHERE kind = 'triage' AND stopped_at IS NULL;
CREATE INDEX deadline_check ON deadline (due_at, id) WHERE kind = 'check' AND stopped_at IS NULL;
CREATE INDEX deadline_urgent ON deadline (due_at, id) WHERE kind IN ('triage', 'answer', 'check') AND stopped_at IS NULL;
CREATE INDEX deadline_silent ON deadline (stopped_at) WHERE ended = 'silence';
CREATE INDEX deadline_stopped_late ON deadline (kind, stopped_at, due_at) WHERE stopped_at > due_at;

-- `closing` is the event that closed a case; a merged case follows `merged_into`.
ALTER TABLE cases ADD COLUMN closing TEXT;
ALTER TABLE cases ADD COLUMN merged_into TEXT REFERENCES cases (id);
UPDATE cases SET closing = CASE state WHEN 'closed' THEN 'solved' WHEN 'refused' THEN 'refuse' ELSE 'withdraw' END
  WHERE closed_at IS NOT NULL;
CREATE INDEX cases_merged ON cases (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX cases_held ON cases (holder, id) WHERE holder IS NOT NULL AND closed_at IS NULL;
CREATE INDEX cases_alike ON cases (category, area, id) WHERE closed_at IS NULL;
CREATE INDEX cases_filed ON cases (filed_at);
CREATE INDEX cases_oldest ON cases (filed_at, id) WHERE closed_at IS NULL;
CREATE INDEX cases_closed ON cases (closed_at, filed_at, kind) WHERE closed_at IS NOT NULL;
CREATE INDEX cases_silent ON cases (closed_at) WHERE closing = 'silence';

-- How a unit will put it right (practice S4: limit, target, measures, responsible person); the newest of a case counts.
CREATE TABLE plan (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  round INTEGER NOT NULL,
  unit TEXT NOT NULL,
  measures TEXT NOT NULL,
  target TEXT NOT NULL,
  responsible TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  entry TEXT NOT NULL REFERENCES entry (id),
  created_at BIGINT NOT NULL
);
CREATE INDEX plan_of_case ON plan (case_id, id);

-- More time that a unit asks for: `rule` is the limit it would have, counted from the same start.
CREATE TABLE extension (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  deadline TEXT NOT NULL REFERENCES deadline (id),
  unit TEXT NOT NULL,
  rule TEXT NOT NULL,
  until_at BIGINT NOT NULL,
  entry TEXT NOT NULL REFERENCES entry (id),
  asked_by TEXT NOT NULL REFERENCES role (id),
  asked_at BIGINT NOT NULL,
  decided_at BIGINT,
  granted_at BIGINT
);
CREATE INDEX extension_open ON extension (id) WHERE decided_at IS NULL;
CREATE INDEX extension_of_case ON extension (case_id, id);

-- What the public may read of a case, as the office released it and as it was masked; `cases.released_at` says whether it may now.
CREATE TABLE release (
  case_id TEXT PRIMARY KEY REFERENCES cases (id),
  problem TEXT NOT NULL,
  result TEXT NOT NULL,
  entry TEXT NOT NULL REFERENCES entry (id),
  changed_at BIGINT NOT NULL
);
ALTER TABLE cases ADD COLUMN released_at BIGINT;
CREATE INDEX cases_on_board ON cases (released_at, id)
  WHERE released_at IS NOT NULL AND state IN ('triage', 'assigned', 'accepted', 'answered', 'closed');
CREATE INDEX cases_on_board_open ON cases (released_at, id) WHERE released_at IS NOT NULL AND closed_at IS NULL;
CREATE INDEX cases_on_board_done ON cases (closed_at, id) WHERE released_at IS NOT NULL AND state = 'closed';
CREATE INDEX cases_to_release ON cases (id)
  WHERE publish_at IS NOT NULL AND released_at IS NULL AND state IN ('answered', 'closed');

-- The list from which people decide who is held to account; the program only proposes, on a stated ground.
CREATE TABLE proposal (
  id TEXT PRIMARY KEY,
  unit TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES cases (id),
  deadline TEXT NOT NULL REFERENCES deadline (id),
  ground TEXT NOT NULL,
  proposed_at BIGINT NOT NULL,
  decided_at BIGINT,
  decision TEXT,
  UNIQUE (deadline, ground)
);
CREATE INDEX proposal_open ON proposal (id) WHERE decided_at IS NULL;

-- Figures of a finished week or month, kept as they were reported.
CREATE TABLE report (
  kind TEXT NOT NULL,
  period TEXT NOT NULL,
  body TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  PRIMARY KEY (kind, period)
);

-- While somebody is away their deputy is told, else the head.
ALTER TABLE role ADD COLUMN away_until_at BIGINT;
ALTER TABLE role ADD COLUMN deputy TEXT REFERENCES role (id);

-- Usual answers of a unit.
CREATE TABLE template (
  id TEXT PRIMARY KEY,
  unit TEXT NOT NULL,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  dropped_at BIGINT
);
CREATE INDEX template_of_unit ON template (unit, id) WHERE dropped_at IS NULL;

-- The usual answer that a result is, word for word and with nothing added.
ALTER TABLE entry ADD COLUMN template TEXT REFERENCES template (id);
CREATE INDEX entry_usual ON entry (created_at) WHERE template IS NOT NULL;
-- What is forgotten of the outbox: cards stay, and must not be gone through every hour.
DROP INDEX outbox_old;
CREATE INDEX outbox_old ON outbox (sent_at) WHERE sent_at IS NOT NULL AND (card IS NULL OR edits IS NOT NULL);
