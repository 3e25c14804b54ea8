-- What nobody fetched is forgotten, but for cards: they need not stand in its index, nor be gone through every hour.
DROP INDEX outbox_unfetched;
CREATE INDEX outbox_unfetched ON outbox (created_at) WHERE sent_at IS NULL AND card IS NULL;
