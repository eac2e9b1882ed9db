-- Fixed statistics for SQLite's planner. Without any it takes `shop_id = ?` alone to be nearly as selective as a whole key and reads
-- a shop's whole table where an index would find the row. Every index of a table that grows begins with the shop, so one estimate
-- fits them all: a million rows, a hundred thousand to a shop, few to a shop and one more column. They are written with each
-- migration and never measured from the data, so that a plan does not change in the middle of a sale.
ANALYZE;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat)
SELECT tbl, idx, '1000000'
       || CASE WHEN columns > 1 THEN ' 100000' ELSE '' END
       || CASE WHEN columns > 2 THEN ' 10' ELSE '' END
       || CASE WHEN columns > 3 THEN ' 5' ELSE '' END
       || CASE WHEN is_unique = 1 THEN ' 1' WHEN columns = 1 THEN ' 100000' ELSE ' 10' END
FROM (SELECT t.name AS tbl,
             CASE WHEN i.origin = 'pk' AND t.sql LIKE '%WITHOUT ROWID%' THEN t.name ELSE i.name END AS idx,
             i."unique" AS is_unique,
             (SELECT COUNT(*) FROM pragma_index_info(i.name)) AS columns
      FROM sqlite_schema t JOIN pragma_index_list(t.name) i
      WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%');
ANALYZE sqlite_schema;
