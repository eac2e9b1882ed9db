-- Load tests that sellers have asked for: which one waits, which one runs, and what came of each. `progress` is JSON; a running
-- one is given up at `running_until`. What has ended says in `said` what it came to, and in `verdict` how, if there is a report.

CREATE TABLE load_tests (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    load_test_id BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('asked', 'running', 'finished', 'failed')),
    plan TEXT NOT NULL CHECK (plan IN ('steps', 'drop')),
    shoppers BIGINT NOT NULL CHECK (shoppers >= 1),
    step_seconds BIGINT NOT NULL CHECK (step_seconds >= 1),
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    stop_asked BIGINT NOT NULL,
    running_until BIGINT,
    progress TEXT NOT NULL,
    ended_at BIGINT,
    verdict TEXT NOT NULL CHECK (verdict IN ('', 'held', 'limit_found', 'ended_early', 'not_valid', 'books_wrong')),
    said TEXT NOT NULL,
    PRIMARY KEY (shop_id, load_test_id)
) CLUSTERED;

-- One waits at a time, for all shops, also where two sellers ask in the same instant.
CREATE UNIQUE INDEX load_tests_asked ON load_tests (status) WHERE status = 'asked';

-- The reports, as a page and as data, beside the tests: lists of tests are read without them.
CREATE TABLE load_test_reports (
    shop_id BIGINT NOT NULL,
    load_test_id BIGINT NOT NULL,
    page BYTES NOT NULL,
    data BYTES NOT NULL,
    PRIMARY KEY (shop_id, load_test_id),
    FOREIGN KEY (shop_id, load_test_id) REFERENCES load_tests (shop_id, load_test_id) ON DELETE CASCADE
);
