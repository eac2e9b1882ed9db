-- The last proof of a shop's books, and the one that runs. `claims` is JSON: one entry for each invariant, with how many rows were
-- held against it and the first row that breaks it. While a proof runs `running_until` is when whoever runs it is given up;
-- `asked_at` is when a proof was last asked for.

CREATE TABLE proofs (
    shop_id BIGINT NOT NULL PRIMARY KEY REFERENCES shops (shop_id),
    proved_at BIGINT,
    took_micros BIGINT NOT NULL,
    holds BIGINT NOT NULL,
    claims TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    running_until BIGINT,
    pages_read BIGINT NOT NULL,
    failure TEXT NOT NULL
);

-- Up to which movement a variant was allowed to promise more than there was. What happened before this column is not known, so
-- nothing before it is held against the variant.
ALTER TABLE stock_items ADD COLUMN oversell_until BIGINT NOT NULL DEFAULT 0;
UPDATE stock_items SET oversell_until = movements;
