-- The servers of this database that are running, and which of them does which background job. Nothing here is of a shop, and nothing
-- is worth a backup: it is made anew within seconds. `capacity` is requests a second, 0 until it was measured.

CREATE TABLE nodes (
    node_id BIGINT NOT NULL PRIMARY KEY,
    address TEXT NOT NULL,
    version TEXT NOT NULL,
    state TEXT NOT NULL,
    capacity BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    heartbeat_at BIGINT NOT NULL
);

-- `fence` counts the holders: whoever has an older one has lost the lease. `node_id` is 0 while nobody holds it.
CREATE TABLE leases (
    lease TEXT NOT NULL PRIMARY KEY,
    fence BIGINT NOT NULL,
    node_id BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
