-- What each version of a shop's catalog touched, so that a node reads no more than that. `product_id` 0 is everything but products.
-- Only the last versions are kept; a node that finds one missing reads the whole shop.
CREATE TABLE catalog_changes (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    version BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    PRIMARY KEY (shop_id, version, product_id)
) CLUSTERED;
