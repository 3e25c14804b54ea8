-- Figures of what is over are counted from what happened then: a case forgets at its reopening that it was closed, and how it was rated.
CREATE INDEX deadline_closed ON deadline (stopped_at) WHERE ended IN ('solved', 'silence', 'withdraw', 'refuse', 'strike');
CREATE INDEX ledger_merged ON ledger (at) WHERE event = 'merge';
CREATE INDEX ledger_rated ON ledger (at) WHERE event = 'rate' AND subject >= 'case:' AND subject < 'case;';
CREATE INDEX appeal_decided ON appeal (decided_at) WHERE decided_at IS NOT NULL;
