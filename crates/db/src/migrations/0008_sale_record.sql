-- What each node has answered to a shop's visitors in each minute of a sale, from an hour before it to an hour after: how many
-- requests, how many of them failed or were told to come back, and how long answers took, the shop's own and those of all other
-- shops of the node together. A node that starts anew has another number, so nodes and their starts add up.

CREATE TABLE served_minutes (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    begins_at BIGINT NOT NULL,
    node BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    shed BIGINT NOT NULL,
    answers BYTES NOT NULL,
    neighbors BYTES NOT NULL,
    PRIMARY KEY (shop_id, begins_at, node)
);

-- What was asked for in the cart or at the checkout and could not be had, because it had sold out: how often, and how many units were missing.

CREATE TABLE missed_minutes (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    begins_at BIGINT NOT NULL,
    node BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    asked BIGINT NOT NULL,
    units BIGINT NOT NULL,
    PRIMARY KEY (shop_id, begins_at, node, variant_id)
) CLUSTERED;

-- Visits that began in each minute. Nothing where they were not counted yet.

ALTER TABLE crowd_minutes ADD COLUMN visits BIGINT;

-- What was expected of a sale: its plan as it was written and the forecast as JSON, and, once the sale is over, what it has
-- taught about the shop, as JSON. The shop's next plan starts from that.

CREATE TABLE sale_forecasts (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    sale_id BIGINT NOT NULL,
    kept_at BIGINT NOT NULL,
    plan TEXT NOT NULL,
    forecast TEXT NOT NULL,
    lesson TEXT,
    PRIMARY KEY (shop_id, sale_id),
    FOREIGN KEY (shop_id, sale_id) REFERENCES flash_sales (shop_id, sale_id) ON DELETE CASCADE
);
