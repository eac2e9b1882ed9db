-- The first schema. Money is in minor units, time in microseconds since 1970 UTC, booleans are 0 and 1, JSON is TEXT.
-- Every table of a shop has shop_id first in its primary key and in every index.

CREATE TABLE shops (
    shop_id BIGINT NOT NULL PRIMARY KEY,
    handle TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    open BIGINT NOT NULL,
    catalog_version BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE shop_domains (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    position BIGINT NOT NULL,
    host TEXT NOT NULL UNIQUE,
    PRIMARY KEY (shop_id, position)
) CLUSTERED;

CREATE TABLE shop_settings (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    area TEXT NOT NULL,
    value TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, area)
) CLUSTERED;

CREATE TABLE shop_counters (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    name TEXT NOT NULL,
    value BIGINT NOT NULL,
    PRIMARY KEY (shop_id, name)
) CLUSTERED;

CREATE TABLE theme_files (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    path TEXT NOT NULL,
    body TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, path)
) CLUSTERED;

CREATE TABLE sellers (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    seller_id BIGINT NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'staff')),
    password_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, seller_id),
    UNIQUE (shop_id, email)
) CLUSTERED;

CREATE TABLE seller_sessions (
    shop_id BIGINT NOT NULL,
    session_hash TEXT NOT NULL,
    seller_id BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, session_hash),
    FOREIGN KEY (shop_id, seller_id) REFERENCES sellers (shop_id, seller_id) ON DELETE CASCADE
) CLUSTERED;

CREATE TABLE media (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    media_id BIGINT NOT NULL,
    file_name TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, media_id),
    UNIQUE (shop_id, content_hash)
) CLUSTERED;

CREATE TABLE media_sizes (
    shop_id BIGINT NOT NULL,
    media_id BIGINT NOT NULL,
    width BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    body BYTES NOT NULL,
    PRIMARY KEY (shop_id, media_id, width),
    FOREIGN KEY (shop_id, media_id) REFERENCES media (shop_id, media_id) ON DELETE CASCADE
);

CREATE TABLE products (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    product_id BIGINT NOT NULL,
    handle TEXT NOT NULL,
    title TEXT NOT NULL,
    description_html TEXT NOT NULL,
    vendor TEXT NOT NULL,
    product_type TEXT NOT NULL,
    category TEXT NOT NULL,
    tags TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'draft', 'archived')),
    published_at BIGINT,
    seo_title TEXT NOT NULL,
    seo_description TEXT NOT NULL,
    options TEXT NOT NULL,
    extra TEXT NOT NULL,
    search_text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, product_id),
    UNIQUE (shop_id, handle)
) CLUSTERED;

CREATE TABLE product_pictures (
    shop_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    media_id BIGINT,
    source_url TEXT NOT NULL,
    alt TEXT NOT NULL,
    PRIMARY KEY (shop_id, product_id, position),
    FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, product_id) ON DELETE CASCADE
) CLUSTERED;

-- A variant whose orders exist is never deleted: it is marked removed, so that stock and orders keep their name.
CREATE TABLE variants (
    shop_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    option_values TEXT NOT NULL,
    sku TEXT NOT NULL,
    barcode TEXT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
    was_price_minor BIGINT,
    cost_minor BIGINT,
    weight_grams BIGINT NOT NULL CHECK (weight_grams >= 0),
    weight_unit TEXT NOT NULL,
    taxable BIGINT NOT NULL,
    tax_code TEXT NOT NULL,
    requires_shipping BIGINT NOT NULL,
    stock_tracked BIGINT NOT NULL,
    stock_policy TEXT NOT NULL CHECK (stock_policy IN ('deny', 'continue')),
    picture BIGINT,
    extra TEXT NOT NULL,
    removed BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (shop_id, variant_id),
    FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, product_id)
) CLUSTERED;
CREATE INDEX variants_of_product ON variants (shop_id, product_id, position);
CREATE INDEX variants_by_sku ON variants (shop_id, sku);

-- `oversell` is 1 where orders are taken beyond the stock or the stock is not counted at all.
CREATE TABLE stock_items (
    shop_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    on_hand BIGINT NOT NULL,
    reserved BIGINT NOT NULL CHECK (reserved >= 0),
    allocated BIGINT NOT NULL CHECK (allocated >= 0),
    oversell BIGINT NOT NULL,
    movements BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, variant_id),
    FOREIGN KEY (shop_id, variant_id) REFERENCES variants (shop_id, variant_id),
    CHECK (oversell = 1 OR on_hand >= reserved + allocated)
) CLUSTERED;
CREATE INDEX stock_items_by_change ON stock_items (shop_id, updated_at);

CREATE TABLE stock_movements (
    shop_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    kind TEXT NOT NULL,
    on_hand_delta BIGINT NOT NULL,
    reserved_delta BIGINT NOT NULL,
    allocated_delta BIGINT NOT NULL,
    on_hand_after BIGINT NOT NULL,
    reserved_after BIGINT NOT NULL,
    allocated_after BIGINT NOT NULL,
    cause TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, variant_id, sequence)
) CLUSTERED;

CREATE TABLE collections (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    collection_id BIGINT NOT NULL,
    handle TEXT NOT NULL,
    title TEXT NOT NULL,
    description_html TEXT NOT NULL,
    media_id BIGINT,
    seo_title TEXT NOT NULL,
    seo_description TEXT NOT NULL,
    published BIGINT NOT NULL,
    position BIGINT NOT NULL,
    rule TEXT,
    PRIMARY KEY (shop_id, collection_id),
    UNIQUE (shop_id, handle)
) CLUSTERED;

CREATE TABLE collection_products (
    shop_id BIGINT NOT NULL,
    collection_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    product_id BIGINT NOT NULL,
    PRIMARY KEY (shop_id, collection_id, position),
    FOREIGN KEY (shop_id, collection_id) REFERENCES collections (shop_id, collection_id) ON DELETE CASCADE,
    FOREIGN KEY (shop_id, product_id) REFERENCES products (shop_id, product_id) ON DELETE CASCADE
) CLUSTERED;

CREATE TABLE pages (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    page_id BIGINT NOT NULL,
    handle TEXT NOT NULL,
    title TEXT NOT NULL,
    body_markdown TEXT NOT NULL,
    body_html TEXT NOT NULL,
    seo_description TEXT NOT NULL,
    published BIGINT NOT NULL,
    position BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, page_id),
    UNIQUE (shop_id, handle)
) CLUSTERED;

CREATE TABLE flash_sales (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    sale_id BIGINT NOT NULL,
    handle TEXT NOT NULL,
    name TEXT NOT NULL,
    teaser TEXT NOT NULL,
    media_id BIGINT,
    early_access_at BIGINT,
    opens_at BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    before_opening TEXT NOT NULL CHECK (before_opening IN ('not_for_sale', 'ordinary_price')),
    status TEXT NOT NULL CHECK (status IN ('draft', 'scheduled', 'canceled')),
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, sale_id),
    UNIQUE (shop_id, handle),
    CHECK (opens_at < closes_at)
) CLUSTERED;

CREATE TABLE flash_sale_items (
    shop_id BIGINT NOT NULL,
    sale_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    price_minor BIGINT NOT NULL CHECK (price_minor >= 0),
    quantity_offered BIGINT CHECK (quantity_offered >= 0),
    quantity_per_customer_max BIGINT CHECK (quantity_per_customer_max >= 1),
    quantity_claimed BIGINT NOT NULL CHECK (quantity_claimed >= 0),
    PRIMARY KEY (shop_id, sale_id, variant_id),
    FOREIGN KEY (shop_id, sale_id) REFERENCES flash_sales (shop_id, sale_id) ON DELETE CASCADE,
    FOREIGN KEY (shop_id, variant_id) REFERENCES variants (shop_id, variant_id)
) CLUSTERED;
CREATE INDEX flash_sale_items_by_variant ON flash_sale_items (shop_id, variant_id);

CREATE TABLE customer_claims (
    shop_id BIGINT NOT NULL,
    sale_id BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    customer_key TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity >= 0),
    PRIMARY KEY (shop_id, sale_id, variant_id, customer_key)
) CLUSTERED;

CREATE TABLE coupons (
    shop_id BIGINT NOT NULL REFERENCES shops (shop_id),
    coupon_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    kind TEXT NOT NULL,
    minimum_minor BIGINT NOT NULL CHECK (minimum_minor >= 0),
    starts_at BIGINT,
    ends_at BIGINT,
    uses_max BIGINT,
    uses_per_customer_max BIGINT,
    uses_claimed BIGINT NOT NULL CHECK (uses_claimed >= 0),
    active BIGINT NOT NULL,
    PRIMARY KEY (shop_id, coupon_id),
    UNIQUE (shop_id, code)
) CLUSTERED;

CREATE TABLE coupon_claims (
    shop_id BIGINT NOT NULL,
    coupon_id BIGINT NOT NULL,
    customer_key TEXT NOT NULL,
    uses BIGINT NOT NULL CHECK (uses >= 0),
    PRIMARY KEY (shop_id, coupon_id, customer_key)
) CLUSTERED;

-- One row per checkout page that was submitted. It makes a second submission find the first one's reservation or order.
CREATE TABLE checkouts (
    shop_id BIGINT NOT NULL,
    checkout_id TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    reservation_id BIGINT NOT NULL,
    order_id BIGINT,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, checkout_id)
) CLUSTERED;

-- `details` is what will stand on the order: contact, address, shipping method, coupon, and the priced lines.
CREATE TABLE reservations (
    shop_id BIGINT NOT NULL,
    reservation_id BIGINT NOT NULL,
    checkout_id TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'converted', 'expired', 'released')),
    customer_key TEXT NOT NULL,
    visitor TEXT NOT NULL,
    coupon_id BIGINT,
    total_minor BIGINT NOT NULL CHECK (total_minor >= 0),
    details TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, reservation_id)
) CLUSTERED;
CREATE INDEX reservations_active ON reservations (shop_id, expires_at) WHERE status = 'active';
CREATE INDEX reservations_by_customer ON reservations (shop_id, customer_key) WHERE status = 'active';
CREATE INDEX reservations_by_visitor ON reservations (shop_id, visitor) WHERE status = 'active' AND visitor <> '';

CREATE TABLE reservation_lines (
    shop_id BIGINT NOT NULL,
    reservation_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    sale_id BIGINT,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    counted BIGINT NOT NULL,
    PRIMARY KEY (shop_id, reservation_id, line)
) CLUSTERED;

CREATE TABLE payments (
    shop_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    checkout_id TEXT NOT NULL,
    reservation_id BIGINT NOT NULL,
    order_id BIGINT,
    provider TEXT NOT NULL,
    reference TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'requires_action', 'captured', 'declined', 'refunded', 'partially_refunded')),
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0 AND refunded_minor <= amount_minor),
    decline_code TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, payment_id)
) CLUSTERED;
CREATE INDEX payments_open ON payments (shop_id, checkout_id) WHERE status IN ('pending', 'requires_action');

-- What was agreed (address, prices, tax) stands in the reservation's `details`.
CREATE TABLE orders (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    number BIGINT NOT NULL,
    checkout_id TEXT NOT NULL,
    reservation_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('open', 'completed', 'canceled')),
    fulfillment_status TEXT NOT NULL CHECK (fulfillment_status IN ('unfulfilled', 'partial', 'fulfilled')),
    email TEXT NOT NULL,
    customer_key TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    coupon_id BIGINT,
    currency TEXT NOT NULL,
    subtotal_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    shipping_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL CHECK (total_minor >= 0),
    refunded_minor BIGINT NOT NULL CHECK (refunded_minor >= 0 AND refunded_minor <= total_minor),
    note TEXT NOT NULL,
    placed_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id),
    UNIQUE (shop_id, number),
    UNIQUE (shop_id, checkout_id),
    UNIQUE (shop_id, reservation_id)
) CLUSTERED;

CREATE TABLE order_lines (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    variant_id BIGINT NOT NULL,
    sale_id BIGINT,
    title TEXT NOT NULL,
    variant_title TEXT NOT NULL,
    sku TEXT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    price_minor BIGINT NOT NULL,
    was_price_minor BIGINT,
    subtotal_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    counted BIGINT NOT NULL,
    fulfilled BIGINT NOT NULL CHECK (fulfilled >= 0),
    canceled BIGINT NOT NULL CHECK (canceled >= 0),
    refunded BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= quantity),
    returned BIGINT NOT NULL CHECK (returned >= 0 AND returned <= fulfilled),
    PRIMARY KEY (shop_id, order_id, line),
    CHECK (fulfilled + canceled <= quantity)
) CLUSTERED;

CREATE TABLE order_events (
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    event_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    detail TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, order_id, event_id)
) CLUSTERED;

CREATE TABLE fulfillments (
    shop_id BIGINT NOT NULL,
    fulfillment_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    carrier TEXT NOT NULL,
    tracking TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, fulfillment_id),
    FOREIGN KEY (shop_id, order_id) REFERENCES orders (shop_id, order_id)
) CLUSTERED;
CREATE INDEX fulfillments_of_order ON fulfillments (shop_id, order_id);

CREATE TABLE fulfillment_lines (
    shop_id BIGINT NOT NULL,
    fulfillment_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (shop_id, fulfillment_id, line),
    FOREIGN KEY (shop_id, fulfillment_id) REFERENCES fulfillments (shop_id, fulfillment_id)
) CLUSTERED;

-- `order_id` is empty for money that came too late to become an order.
CREATE TABLE refunds (
    shop_id BIGINT NOT NULL,
    refund_id BIGINT NOT NULL,
    payment_id BIGINT NOT NULL,
    order_id BIGINT,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    status TEXT NOT NULL CHECK (status IN ('pending', 'succeeded', 'failed')),
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, refund_id),
    FOREIGN KEY (shop_id, payment_id) REFERENCES payments (shop_id, payment_id)
) CLUSTERED;
CREATE INDEX refunds_of_order ON refunds (shop_id, order_id);
CREATE INDEX refunds_of_payment ON refunds (shop_id, payment_id);
CREATE INDEX refunds_open ON refunds (shop_id, updated_at) WHERE status = 'pending';

CREATE TABLE refund_lines (
    shop_id BIGINT NOT NULL,
    refund_id BIGINT NOT NULL,
    line BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    amount_minor BIGINT NOT NULL,
    restocked BIGINT NOT NULL,
    PRIMARY KEY (shop_id, refund_id, line),
    FOREIGN KEY (shop_id, refund_id) REFERENCES refunds (shop_id, refund_id)
) CLUSTERED;

-- Double entry: each row moves an amount from the account it credits to the one it debits. Accounts: provider (money at the
-- payment provider), sales, refunds.
CREATE TABLE ledger_entries (
    shop_id BIGINT NOT NULL,
    entry_id BIGINT NOT NULL,
    debit TEXT NOT NULL,
    credit TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor >= 0),
    currency TEXT NOT NULL,
    cause TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, entry_id),
    CHECK (debit <> credit)
) CLUSTERED;

CREATE TABLE outbox (
    shop_id BIGINT NOT NULL,
    outbox_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    next_attempt_at BIGINT NOT NULL,
    sent_at BIGINT,
    failure TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (shop_id, outbox_id)
) CLUSTERED;
CREATE INDEX outbox_waiting ON outbox (shop_id, next_attempt_at) WHERE sent_at IS NULL;
