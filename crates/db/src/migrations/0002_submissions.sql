-- Forms of the desk that were sent already, for a day: a second click on another node must not give money back twice.

CREATE TABLE submissions (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    submission TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, submission)
) CLUSTERED;
CREATE INDEX submissions_by_age ON submissions (shop_id, at);
