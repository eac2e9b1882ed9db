-- Load tests that rehearse a sale: which, what it was called then, and who is expected, as a plan that `doorbuster forecast` takes;
-- empty where nobody has said.

CREATE TABLE rehearsals (
    shop_id BIGINT NOT NULL,
    load_test_id BIGINT NOT NULL,
    sale_id BIGINT NOT NULL,
    sale_name TEXT NOT NULL,
    marketing_plan TEXT NOT NULL,
    PRIMARY KEY (shop_id, load_test_id),
    FOREIGN KEY (shop_id, load_test_id) REFERENCES load_tests (shop_id, load_test_id) ON DELETE CASCADE
) CLUSTERED;
