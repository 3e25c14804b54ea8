-- A promise and a unit's time to answer count as late when their due time passes, answered since or not.
CREATE INDEX deadline_missed ON deadline (kind, due_at) WHERE stopped_at IS NULL OR stopped_at > due_at;

-- Figures that were kept by another rule are counted again.
DELETE FROM report WHERE kind IN ('week', 'month');

-- How often a usual answer was given.
CREATE INDEX entry_of_template ON entry (template) WHERE template IS NOT NULL;
