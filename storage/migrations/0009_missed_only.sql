-- Said so that "stopped_at IS NULL" alone does not imply it: SQLite took this index, which grows with what is over, for all that runs.
DROP INDEX deadline_missed;
CREATE INDEX deadline_missed ON deadline (kind, due_at) WHERE due_at < COALESCE(stopped_at, 9223372036854775807);
