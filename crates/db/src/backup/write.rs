//! Writes a backup: one instant of the database, while it is in use.

use super::tables::{Table, tables};
use super::{BackupError, BackupSize, Checksum, FORMAT};
use crate::{Db, Row, SCHEMA_VERSION, Tx, Value};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use std::io::Write;

/// Rows read at once; pictures make some of them large.
const PAGE_ROWS: usize = 200;

/// Writes every row to `output` and tells how much it was. Flushing to the disk is the caller's. `secret_key` travels in the
/// header, if there is one to travel: without it, links in mail sent before would not open after a restore.
///
/// # Errors
/// When the database or the output fails.
pub async fn backup(db: &Db, secret_key: Option<&str>, output: impl Write) -> Result<BackupSize, BackupError> {
    let mut lines = Lines { output, checksum: Checksum::new() };
    let mut tx = db.begin_read().await?;
    lines.write(&json!({ "format": FORMAT, "schema": SCHEMA_VERSION, "engine": db.engine(), "secret_key": secret_key }))?;
    let mut size = BackupSize { shops: 0, rows: 0 };
    for table in tables(&mut tx).await? {
        lines.write(&json!({ "table": table.name, "columns": table.columns }))?;
        let rows = write_rows(&mut tx, &table, &mut lines).await?;
        size.rows += rows;
        if table.name == "shops" {
            size.shops = rows;
        }
    }
    tx.rollback().await;
    let checksum = lines.checksum.text();
    lines.write(&json!({ "rows": size.rows, "checksum": checksum }))?;
    lines.output.flush()?;
    Ok(size)
}

async fn write_rows(tx: &mut Tx, table: &Table, lines: &mut Lines<impl Write>) -> Result<u64, BackupError> {
    let mut written = 0;
    let mut page = tx.query_platform(table.first_page, &[Value::from(PAGE_ROWS)]).await?;
    loop {
        for row in &page {
            lines.write(&serde_json::Value::Array(row.values().iter().map(to_json).collect()))?;
        }
        written += page.len() as u64;
        let Some(last) = page.last().filter(|_| page.len() == PAGE_ROWS) else { return Ok(written) };
        let after = key_and_limit(table, last);
        page = tx.query_platform(table.next_page, &after).await?;
    }
}

fn key_and_limit(table: &Table, last: &Row) -> Vec<Value> {
    let key = table.key.iter().map(|column| last.values()[*column].clone());
    key.chain([Value::from(PAGE_ROWS)]).collect()
}

/// Bytes become `{"bytes": "base64"}` and fractions `{"float": bits}`, so that every kind comes back as it was.
fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Int(number) => json!(number),
        Value::Float(number) => json!({ "float": number.to_bits() }),
        Value::Text(text) => json!(text),
        Value::Bytes(bytes) => json!({ "bytes": STANDARD.encode(bytes) }),
    }
}

struct Lines<W> {
    output: W,
    checksum: Checksum,
}

impl<W: Write> Lines<W> {
    fn write(&mut self, value: &serde_json::Value) -> std::io::Result<()> {
        let mut line = value.to_string();
        line.push('\n');
        self.checksum.add(line.as_bytes());
        self.output.write_all(line.as_bytes())
    }
}
