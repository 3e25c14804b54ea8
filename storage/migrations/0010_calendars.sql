-- Every time in working days says by which calendar it was reckoned, so that another one finds what it changes: what runs, and
-- what ended late by an estimate.
DROP INDEX deadline_provisional;
CREATE INDEX deadline_reckoned ON deadline (calendar)
  WHERE calendar <> 'elapsed' AND (stopped_at IS NULL OR provisional = 1 AND stopped_at > due_at);
