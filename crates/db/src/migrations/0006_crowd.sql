-- Who was seen in a shop by which node, as marks that name nobody, for the other nodes to add to their own: one row for each
-- node and day, replaced every few seconds while visitors come.

CREATE TABLE crowd_marks (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    day BIGINT NOT NULL,
    node BIGINT NOT NULL,
    slot BIGINT NOT NULL,
    marks BYTES NOT NULL,
    PRIMARY KEY (shop_id, day, node)
);

-- The most people in a shop within each minute, by both definitions, and the pages that robots asked for. Minutes without
-- anybody have no row.

CREATE TABLE crowd_minutes (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    begins_at BIGINT NOT NULL,
    active BIGINT NOT NULL,
    sessions BIGINT NOT NULL,
    robot_pages BIGINT NOT NULL,
    PRIMARY KEY (shop_id, begins_at)
) CLUSTERED;
