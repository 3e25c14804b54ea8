-- Of which plan and which answer a release is, and how the office worded the plan. Until now the board showed each plan in its
-- unit's words: those that stand there stay as they are, without a wording.
ALTER TABLE release ADD COLUMN plan TEXT REFERENCES plan (id);
ALTER TABLE release ADD COLUMN measures TEXT;
ALTER TABLE release ADD COLUMN target TEXT;
ALTER TABLE release ADD COLUMN responsible TEXT;
ALTER TABLE release ADD COLUMN answer TEXT REFERENCES entry (id);
UPDATE release SET
  plan = (SELECT p.id FROM cases AS c JOIN plan AS p ON p.case_id = c.id AND p.unit = c.unit AND p.round = c.round
    WHERE c.id = release.case_id AND c.released_at IS NOT NULL ORDER BY p.id DESC LIMIT 1),
  answer = (SELECT e.id FROM entry AS e WHERE e.case_id = release.case_id AND e.kind = 'result' AND release.result <> ''
    AND e.created_at <= release.changed_at ORDER BY e.n DESC LIMIT 1);

-- Since when a published case has a plan or an answer that the office has not released yet.
ALTER TABLE cases ADD COLUMN unreleased_at BIGINT;
UPDATE cases SET unreleased_at = changed_at WHERE released_at IS NOT NULL AND state IN ('answered', 'closed') AND EXISTS (
  SELECT 1 FROM entry AS e JOIN release AS r ON r.case_id = e.case_id
    WHERE e.case_id = cases.id AND e.kind = 'result' AND e.round = cases.round AND (r.answer IS NULL OR r.answer <> e.id));
DROP INDEX cases_to_release;
CREATE INDEX cases_to_release ON cases (id) WHERE publish_at IS NOT NULL AND (released_at IS NULL AND state IN ('answered', 'closed')
  OR unreleased_at IS NOT NULL AND state IN ('assigned', 'accepted', 'answered', 'closed'));
