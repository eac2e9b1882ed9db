//! Reads a backup into an empty database, all of it or nothing.

use super::tables::{Table, tables};
use super::{BackupError, BackupSize, Checksum, FORMAT};
use crate::{Db, OpenOptions, SCHEMA_VERSION, Target, Tx, Value, migrations, platform_sql, sqlite};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use commerce::ShopId;
use serde_json::Value as Json;
use std::io::BufRead;

/// Rows sent to the database at once.
const BATCH_ROWS: usize = 500;

/// A backup whose first line was read and fits this program. No database was touched yet.
pub struct Incoming<R> {
    lines: Lines<R>,
    header: Json,
}

/// A backup that is in the database.
pub struct Restored {
    /// The database.
    pub db: Db,
    /// How much it was.
    pub size: BackupSize,
    /// The secret key that came with it.
    pub secret_key: Option<String>,
}

impl<R: BufRead> Incoming<R> {
    /// Reads the first line.
    ///
    /// # Errors
    /// When it is no backup or of another version.
    pub fn open(input: R) -> Result<Self, BackupError> {
        let mut lines = Lines { input, checksum: Checksum::new(), number: 0 };
        let header = match lines.next() {
            Ok((header, _)) => header,
            Err(BackupError::Unsuitable(_)) => Json::Null,
            Err(error) => return Err(error),
        };
        check_header(&header)?;
        Ok(Self { lines, header })
    }

    /// Restores it in one transaction into a database that holds no shop; makes the database where there is none.
    ///
    /// # Errors
    /// When there are shops, the file is damaged or cut, or something fails. Nothing is changed then, and a database that was
    /// not there before is not there afterward.
    pub async fn restore(mut self, target: &Target, options: &OpenOptions) -> Result<Restored, BackupError> {
        let made_in = match target {
            Target::Folder(folder) if !sqlite::is_there(folder) => Some(folder),
            Target::Folder(_) | Target::Postgres(_) => None,
        };
        let restored = self.restore_into(target, options).await;
        // The connections are closed by now.
        if let (Err(_), Some(folder)) = (&restored, made_in) {
            sqlite::remove(folder);
        }
        restored
    }

    async fn restore_into(&mut self, target: &Target, options: &OpenOptions) -> Result<Restored, BackupError> {
        let db = Db::connect(target, options).await?;
        let mut tx = db.begin().await?;
        match restore_all(&mut tx, &mut self.lines).await {
            Ok(size) => {
                tx.commit().await?;
                Ok(Restored { db, size, secret_key: self.header["secret_key"].as_str().map(str::to_owned) })
            }
            Err(error) => {
                tx.rollback().await;
                Err(error)
            }
        }
    }
}

async fn restore_all(tx: &mut Tx, lines: &mut Lines<impl BufRead>) -> Result<BackupSize, BackupError> {
    migrations::run_in(tx).await?;
    if !tx.is_sqlite() {
        // A backup may come over a slow line, and nobody waits for the rows of an empty database.
        tx.run_script("SET LOCAL idle_in_transaction_session_timeout = 0").await?;
    }
    let shops = tx.query_platform(platform_sql!("SELECT COUNT(*) FROM shops"), &[]).await?;
    if shops[0].get::<i64>(0) > 0 {
        return Err(BackupError::NotEmpty);
    }
    restore_rows(tx, lines).await
}

fn check_header(header: &Json) -> Result<(), BackupError> {
    let unsuitable = |text: String| Err(BackupError::Unsuitable(text));
    if header["format"] != FORMAT {
        return unsuitable("this is no backup made by `doorbuster backup`".into());
    }
    if header["schema"] != SCHEMA_VERSION {
        return unsuitable(format!(
            "the backup has schema version {}, this program {SCHEMA_VERSION}; restore it with the program that made it and \
             upgrade then",
            header["schema"]
        ));
    }
    Ok(())
}

async fn restore_rows(tx: &mut Tx, lines: &mut Lines<impl BufRead>) -> Result<BackupSize, BackupError> {
    let tables = tables(tx).await?;
    let mut size = BackupSize { shops: 0, rows: 0 };
    let mut table: Option<&Table> = None;
    let mut batch = Batch { shop: ShopId(0), rows: Vec::new() };
    loop {
        let (line, checksum_before) = lines.next()?;
        match (&line, table) {
            (Json::Array(values), Some(into)) => {
                let (shop, row) = read_row(values, into).ok_or_else(|| lines.damaged("holds a row of another shape"))?;
                if batch.rows.len() >= BATCH_ROWS || (shop != batch.shop && !batch.rows.is_empty()) {
                    batch.write(tx, into).await?;
                }
                batch.shop = shop;
                batch.rows.push(row);
                size.rows += 1;
                size.shops += u64::from(into.name == "shops");
            }
            (Json::Object(object), _) if object.contains_key("table") => {
                if let Some(before) = table {
                    batch.write(tx, before).await?;
                }
                table = Some(find_table(&tables, &line).ok_or_else(|| lines.damaged("names a table of another shape"))?);
            }
            (Json::Object(object), Some(last)) if object.contains_key("checksum") => {
                batch.write(tx, last).await?;
                let whole = line["rows"] == size.rows && line["checksum"] == checksum_before.text();
                return if whole { Ok(size) } else { Err(lines.damaged("does not fit what came before it")) };
            }
            _ => return Err(lines.damaged("is no part of a backup")),
        }
    }
}

fn find_table<'a>(tables: &'a [Table], line: &Json) -> Option<&'a Table> {
    let table = tables.iter().find(|table| line["table"] == table.name)?;
    let columns: Vec<&str> = line["columns"].as_array()?.iter().filter_map(Json::as_str).collect();
    (columns == table.columns).then_some(table)
}

/// The shop and the other values of a row.
fn read_row(values: &[Json], table: &Table) -> Option<(ShopId, Vec<Value>)> {
    if values.len() != table.columns.len() {
        return None;
    }
    let shop = values[0].as_i64()?;
    let others: Option<Vec<Value>> = values[1..].iter().map(from_json).collect();
    Some((ShopId(shop), others?))
}

fn from_json(value: &Json) -> Option<Value> {
    match value {
        Json::Null => Some(Value::Null),
        Json::Number(number) => number.as_i64().map(Value::Int),
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Object(object) => match (object.get("bytes"), object.get("float")) {
            (Some(bytes), None) => STANDARD.decode(bytes.as_str()?).ok().map(Value::Bytes),
            (None, Some(bits)) => bits.as_u64().map(|bits| Value::Float(f64::from_bits(bits))),
            _ => None,
        },
        Json::Bool(_) | Json::Array(_) => None,
    }
}

/// Rows of one table and one shop.
struct Batch {
    shop: ShopId,
    rows: Vec<Vec<Value>>,
}

impl Batch {
    async fn write(&mut self, tx: &mut Tx, table: &Table) -> Result<(), BackupError> {
        if !self.rows.is_empty() {
            tx.execute_many(self.shop, table.insert, &self.rows).await?;
            self.rows.clear();
        }
        Ok(())
    }
}

struct Lines<R> {
    input: R,
    checksum: Checksum,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// The next line, and the checksum of all lines before it.
    fn next(&mut self) -> Result<(Json, Checksum), BackupError> {
        let before = self.checksum;
        let mut line = Vec::new();
        self.number += 1;
        self.input.read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Err(BackupError::Unsuitable(format!("the backup ends too early, at line {}", self.number)));
        }
        self.checksum.add(&line);
        let value = serde_json::from_slice(&line).map_err(|_| self.damaged("is not readable"))?;
        Ok((value, before))
    }

    fn damaged(&self, how: &str) -> BackupError {
        BackupError::Unsuitable(format!("the backup is damaged: line {} {how}", self.number))
    }
}
