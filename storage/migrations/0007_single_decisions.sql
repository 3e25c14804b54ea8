-- Of ratings that look unusual the office may keep some and strike others: each is decided for itself, with its own reason.

-- Struck for the `reason`, or kept where it is empty.
ALTER TABLE oddity_rating ADD COLUMN decided_at BIGINT;
ALTER TABLE oddity_rating ADD COLUMN reason TEXT;
UPDATE oddity_rating SET
  decided_at = (SELECT o.decided_at FROM oddity AS o WHERE o.id = oddity_rating.oddity),
  reason = (SELECT o.reason FROM oddity AS o WHERE o.id = oddity_rating.oddity);
ALTER TABLE oddity DROP COLUMN reason;
-- What is left to decide of a pattern.
CREATE INDEX oddity_rating_left ON oddity_rating (oddity, rating) WHERE decided_at IS NULL;
