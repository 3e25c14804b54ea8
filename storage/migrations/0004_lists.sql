-- First pages of lists cost the same however many cases there are.

-- The time to check an answer is filed under its unit as well: that unit's cases stand in order without being sorted.
UPDATE deadline SET unit = (SELECT unit FROM cases WHERE cases.id = deadline.case_id) WHERE kind = 'check';
DROP INDEX deadline_running_of_unit;
CREATE INDEX deadline_running_of_unit ON deadline (unit, kind, due_at, id) WHERE stopped_at IS NULL AND unit IS NOT NULL;
-- What a unit's contacts have answered lately is found by when they did.
CREATE INDEX deadline_answered_of_unit ON deadline (unit, stopped_at) WHERE kind = 'answer' AND ended = 'report';

-- What silence closes gets a lot of its week (its Monday); the five lowest of a week are called back by the office.
CREATE TABLE callback (
  week TEXT NOT NULL,
  lot TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES cases (id),
  PRIMARY KEY (week, lot)
);
-- Lots of what is closed already are the random digits of an id; the cities are China's.
INSERT INTO callback (week, lot, case_id) SELECT
  /*lite date((d.stopped_at + 28800000) / 1000, 'unixepoch', '-6 days', 'weekday 1') */
  /*pg to_char(date_trunc('week', to_timestamp(d.stopped_at / 1000) AT TIME ZONE 'Asia/Shanghai'), 'YYYY-MM-DD') */,
  substr(d.id, 18), d.case_id
FROM deadline AS d JOIN cases AS c ON c.id = d.case_id WHERE d.kind = 'check' AND d.ended = 'silence' AND c.kind <> 'misconduct';
