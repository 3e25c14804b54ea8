-- Ratings of service windows, the figures kept of them, appeals, what looks unusual, and tickets that prove a visit.

-- One visit, one row; `hall` and `unit` are those of the window when it was rated, `day` (2026-11-22) is the city's day on which
-- it counts. Words are kept as in `entry`: masked, what is personal sealed beside them. With a `ticket` the visit is verified.
CREATE TABLE rating (
  id TEXT PRIMARY KEY,
  window_code TEXT NOT NULL,
  hall TEXT NOT NULL,
  unit TEXT NOT NULL,
  person TEXT NOT NULL REFERENCES person (id),
  level TEXT NOT NULL,
  criteria TEXT NOT NULL,
  reasons TEXT NOT NULL,
  text TEXT NOT NULL,
  sealed BYTEA,
  salt BYTEA NOT NULL,
  files TEXT NOT NULL,
  ticket TEXT,
  case_id TEXT REFERENCES cases (id),
  day TEXT NOT NULL,
  rated_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  struck_at BIGINT,
  erased_at BIGINT
);
CREATE INDEX rating_of_person ON rating (person, rated_at);
CREATE INDEX rating_of_window ON rating (window_code, rated_at);
CREATE UNIQUE INDEX rating_of_case ON rating (case_id) WHERE case_id IS NOT NULL;

-- What everybody who asks for figures reads, in place of the ratings: `counted` is a level, or what became of a rating.
CREATE TABLE rating_count (
  window_code TEXT NOT NULL,
  day TEXT NOT NULL,
  hall TEXT NOT NULL,
  unit TEXT NOT NULL,
  verified INTEGER NOT NULL,
  counted TEXT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (window_code, day, hall, unit, verified, counted)
);
CREATE INDEX rating_count_of_hall ON rating_count (hall, day);
CREATE INDEX rating_count_of_unit ON rating_count (unit, day);
CREATE INDEX rating_count_of_day ON rating_count (day);

-- A unit may say once of a rating that it is mistaken or abusive; somebody outside the unit decides.
CREATE TABLE appeal (
  rating TEXT PRIMARY KEY REFERENCES rating (id),
  case_id TEXT NOT NULL REFERENCES cases (id),
  unit TEXT NOT NULL,
  ground TEXT NOT NULL,
  entry TEXT NOT NULL REFERENCES entry (id),
  appealed_by TEXT NOT NULL REFERENCES role (id),
  appealed_at BIGINT NOT NULL,
  decided_at BIGINT,
  granted_at BIGINT
);
CREATE INDEX appeal_open ON appeal (rating) WHERE decided_at IS NULL;

-- Ratings of a day that look unusual, put together so that people look at them once; `about` is the window or the person. They
-- were struck for the `reason`, or kept where it is empty.
CREATE TABLE oddity (
  id TEXT PRIMARY KEY,
  pattern TEXT NOT NULL,
  about TEXT NOT NULL,
  day TEXT NOT NULL,
  window_code TEXT NOT NULL,
  found_at BIGINT NOT NULL,
  decided_at BIGINT,
  reason TEXT
);
CREATE UNIQUE INDEX oddity_open ON oddity (pattern, about, day) WHERE decided_at IS NULL;
CREATE INDEX oddity_undecided ON oddity (id) WHERE decided_at IS NULL;
CREATE TABLE oddity_rating (
  rating TEXT NOT NULL REFERENCES rating (id),
  pattern TEXT NOT NULL,
  oddity TEXT NOT NULL REFERENCES oddity (id),
  PRIMARY KEY (rating, pattern)
);
CREATE INDEX oddity_rating_of_oddity ON oddity_rating (oddity, rating);

-- Visit tickets that were used; the ticket itself is a signed text and stands nowhere before.
CREATE TABLE ticket (
  id TEXT PRIMARY KEY,
  window_code TEXT NOT NULL,
  person TEXT NOT NULL REFERENCES person (id),
  used_at BIGINT NOT NULL
);
CREATE INDEX ticket_of_person ON ticket (person, window_code, used_at);
CREATE INDEX ticket_old ON ticket (used_at);
