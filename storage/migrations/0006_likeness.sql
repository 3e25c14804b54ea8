-- Open cases can be found by what their words share with others. Never a misconduct report, nothing of what is closed.

-- `marks` are keyed hashes of the pairs of characters at the beginning of what was told, each with its rarity in the lowest bits;
-- `area` is the district, '' where it is not known.
CREATE TABLE likeness (
  case_id TEXT PRIMARY KEY REFERENCES cases (id),
  area TEXT NOT NULL,
  marks BYTEA NOT NULL
);
CREATE TABLE likeness_post (
  mark BIGINT NOT NULL,
  area TEXT NOT NULL,
  case_id TEXT NOT NULL,
  PRIMARY KEY (mark, area, case_id)
) /*lite WITHOUT ROWID */;

-- Cases whose words are still to be read: those that were open before there was an index.
CREATE TABLE likeness_due (case_id TEXT PRIMARY KEY REFERENCES cases (id));
INSERT INTO likeness_due (case_id) SELECT id FROM cases WHERE closed_at IS NULL AND kind NOT IN ('misconduct', 'bad_rating');
