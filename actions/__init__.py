"""Every change of a business fact: one function is one change, inside the caller's transaction, with its permission check,
its ledger entry and its notices. Handlers, schedules, web and command line call the same ones."""
