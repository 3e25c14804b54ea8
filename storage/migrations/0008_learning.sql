-- What people put right about a routing is learned from, unless the office says that it is not to be.

-- `chosen`: a citizen, or whoever filed for one, chose another category than the first suggestion; `was` and `became` are
-- categories. `returned`: a unit said that it is not theirs; `assigned`: the office gave it to another unit; they are units.
-- `unit` is the unit whose return it began with. The person of a `chosen` one is its reporter where there is no role.
CREATE TABLE correction (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  sort TEXT NOT NULL,
  person TEXT NOT NULL REFERENCES person (id),
  role TEXT REFERENCES role (id),
  unit TEXT,
  was TEXT NOT NULL,
  became TEXT,
  corrected_at BIGINT NOT NULL
);
CREATE INDEX correction_of_case ON correction (case_id);
CREATE INDEX correction_of_person ON correction (person);
CREATE INDEX correction_of_unit ON correction (unit) WHERE unit IS NOT NULL;

-- What is not learned from: one correction, or all of a person or of a unit, those to come as well.
CREATE TABLE unlearned (
  sort TEXT NOT NULL,
  what TEXT NOT NULL,
  since_at BIGINT NOT NULL,
  PRIMARY KEY (sort, what)
);
