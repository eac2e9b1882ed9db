//! Shops: made, listed, opened, closed, their domains and their settings. What a shop sells is in `catalog`.

use crate::catalog::{Touched, bump_catalog_version};
use crate::news::News;
use crate::{Db, Error, Result, Row, ShopSql, Tx, params, platform_sql, sql};
use commerce::shop::{Branding, CheckoutSettings, ShippingSettings, Shop, ShopContact, TaxSettings};
use commerce::{Currency, ShopId, Timestamp};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::HashMap;

/// The most domains of one shop.
pub const DOMAINS_MAX: usize = 50;

/// A shop to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewShop {
    /// Unique on the platform: lower-case ASCII letters, digits and hyphens.
    pub handle: String,
    /// As shoppers read it.
    pub name: String,
    /// The one currency in which it sells; it stays for good.
    pub currency: Currency,
    /// IANA zone, already checked.
    pub time_zone: String,
    /// Host names; the first is the canonical one. May be empty.
    pub domains: Vec<String>,
}

impl NewShop {
    /// What can be told without a database: whether handle, name and domains are written as they must be.
    ///
    /// # Errors
    /// With what to write instead.
    pub fn check(&self) -> std::result::Result<(), ShopRefusal> {
        if !is_shop_handle(&self.handle) {
            return Err(ShopRefusal::BadHandle(self.handle.clone()));
        }
        if !is_name(&self.name) {
            return Err(ShopRefusal::BadName);
        }
        match self.domains.iter().find(|host| normalize_host(host).is_none()) {
            Some(host) => Err(ShopRefusal::BadHost(host.clone())),
            None => Ok(()),
        }
    }
}

/// Whether shoppers are let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// They are.
    Open,
    /// They see one friendly page.
    Closed,
}

/// One page of the desk's settings.
#[allow(clippy::large_enum_variant, reason = "one is made per saved form and none is kept")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settings {
    /// Look.
    Branding(Branding),
    /// Where the shop delivers and for how much.
    Shipping(ShippingSettings),
    /// How it taxes.
    Tax(TaxSettings),
    /// How it checks out.
    Checkout(CheckoutSettings),
    /// Who stands behind it.
    Contact(ShopContact),
}

/// Why a shop, or a domain of one, was not accepted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShopRefusal {
    /// The handle cannot stand on a command line.
    #[error("“{0}” cannot be a shop's handle: use 1 to 40 lower-case letters, digits and hyphens, such as juniper")]
    BadHandle(String),
    /// Another shop has it.
    #[error("there already is a shop “{0}”")]
    HandleTaken(String),
    /// A shop needs a name.
    #[error("give the shop a name of 1 to 120 characters")]
    BadName,
    /// The text is no host name.
    #[error("“{0}” is not a host name: write it like www.example.org, without https:// and without a path")]
    BadHost(String),
    /// The host name already leads to a shop.
    #[error("the domain “{0}” already belongs to a shop on this platform")]
    HostTaken(String),
    /// The shop does not have this domain.
    #[error("the shop has no domain “{0}”")]
    NoSuchDomain(String),
    /// [`DOMAINS_MAX`] is reached.
    #[error("a shop has at most {DOMAINS_MAX} domains")]
    TooManyDomains,
}

/// Every shop with domains and settings, by handle.
///
/// # Errors
/// When the database fails or holds settings that cannot be read.
pub async fn list_shops(db: &Db) -> Result<Vec<Shop>> {
    let shops = platform_sql!("SELECT shop_id, handle, name, currency, time_zone, open FROM shops ORDER BY handle");
    let domains = platform_sql!("SELECT shop_id, host FROM shop_domains ORDER BY shop_id, position");
    let settings = platform_sql!("SELECT shop_id, area, value FROM shop_settings ORDER BY shop_id, area");
    let mut tx = db.begin_read().await?;
    let mut domains_of: HashMap<ShopId, Vec<Row>> = HashMap::new();
    for row in tx.query_platform(domains, &[]).await? {
        domains_of.entry(row.get(0)).or_default().push(row);
    }
    let mut settings_of: HashMap<ShopId, Vec<Row>> = HashMap::new();
    for row in tx.query_platform(settings, &[]).await? {
        settings_of.entry(row.get(0)).or_default().push(row);
    }
    let rows = tx.query_platform(shops, &[]).await?;
    tx.rollback().await;
    let empty = Vec::new();
    let parts = |row: &Row| {
        let shop = row.get(0);
        read_shop(row, domains_of.get(&shop).unwrap_or(&empty), settings_of.get(&shop).unwrap_or(&empty))
    };
    rows.iter().map(parts).collect()
}

/// One shop with domains and settings.
///
/// # Errors
/// When the database fails or holds settings that cannot be read.
pub async fn load_shop(db: &Db, shop: ShopId) -> Result<Option<Shop>> {
    let mut tx = db.begin_read().await?;
    let found = load_shop_in(&mut tx, shop).await?;
    tx.rollback().await;
    Ok(found)
}

/// As [`load_shop`], at the instant that `tx` sees.
///
/// # Errors
/// When the database fails or holds settings that cannot be read.
pub async fn load_shop_in(tx: &mut Tx, shop: ShopId) -> Result<Option<Shop>> {
    let sql = sql!("SELECT shop_id, handle, name, currency, time_zone, open FROM shops WHERE shop_id = $1");
    let Some(row) = tx.query_opt(shop, sql, &[]).await? else { return Ok(None) };
    let sql = sql!("SELECT shop_id, host FROM shop_domains WHERE shop_id = $1 ORDER BY position");
    let domains = tx.query(shop, sql, &[]).await?;
    let sql = sql!("SELECT shop_id, area, value FROM shop_settings WHERE shop_id = $1 ORDER BY area");
    let settings = tx.query(shop, sql, &[]).await?;
    read_shop(&row, &domains, &settings).map(Some)
}

/// The shop with this handle.
///
/// # Errors
/// When the database fails.
pub async fn shop_by_handle(db: &Db, handle: &str) -> Result<Option<ShopId>> {
    let sql = platform_sql!("SELECT shop_id FROM shops WHERE handle = $1");
    let rows = db.query_platform(sql, &params![handle]).await?;
    Ok(rows.first().map(|row| row.get(0)))
}

/// How often each shop's catalog, pages, sales or settings have changed: what a node compares to know that it has to read again.
///
/// # Errors
/// When the database fails.
pub async fn catalog_versions(db: &Db) -> Result<Vec<(ShopId, i64)>> {
    let sql = platform_sql!("SELECT shop_id, catalog_version FROM shops ORDER BY shop_id");
    let rows = db.query_platform(sql, &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Makes a shop, open, with the standard settings.
///
/// # Errors
/// When the database fails.
pub async fn create_shop(db: &Db, new: &NewShop, now: Timestamp) -> Result<std::result::Result<ShopId, ShopRefusal>> {
    if let Err(refusal) = new.check() {
        return Ok(Err(refusal));
    }
    let shop = ShopId(db.ids().next(now));
    let mut tx = db.begin().await?;
    let sql = sql!(
        "INSERT INTO shops (shop_id, handle, name, currency, time_zone, open, catalog_version, created_at)
         VALUES ($1, $2, $3, $4, $5, 1, 1, $6) ON CONFLICT (handle) DO NOTHING"
    );
    let values = params![&new.handle, new.name.trim(), new.currency.code(), &new.time_zone, now];
    if tx.execute(shop, sql, &values).await? == 0 {
        tx.rollback().await;
        return Ok(Err(ShopRefusal::HandleTaken(new.handle.clone())));
    }
    for host in &new.domains {
        if let Err(refusal) = insert_domain(&mut tx, shop, host).await? {
            tx.rollback().await;
            return Ok(Err(refusal));
        }
    }
    tx.announce(News::CatalogMoved { shop }).await?;
    tx.commit().await?;
    Ok(Ok(shop))
}

/// Changes name and time zone (already checked).
///
/// # Errors
/// When the database fails.
pub async fn save_general(db: &Db, shop: ShopId, name: &str, time_zone: &str) -> Result<std::result::Result<(), ShopRefusal>> {
    if !is_name(name) {
        return Ok(Err(ShopRefusal::BadName));
    }
    let sql = sql!("UPDATE shops SET name = $2, time_zone = $3 WHERE shop_id = $1");
    change(db, shop, sql, &params![name.trim(), time_zone]).await?;
    Ok(Ok(()))
}

/// Saves one page of settings.
///
/// # Errors
/// When the database fails.
pub async fn save_settings(db: &Db, shop: ShopId, settings: &Settings, now: Timestamp) -> Result<()> {
    let (area, value) = match settings {
        Settings::Branding(value) => ("branding", write_json(value)),
        Settings::Shipping(value) => ("shipping", write_json(value)),
        Settings::Tax(value) => ("tax", write_json(value)),
        Settings::Checkout(value) => ("checkout", write_json(value)),
        Settings::Contact(value) => ("contact", write_json(value)),
    };
    let sql = sql!(
        "INSERT INTO shop_settings (shop_id, area, value, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (shop_id, area) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at"
    );
    change(db, shop, sql, &params![area, value, now]).await
}

/// Opens or closes the shop.
///
/// # Errors
/// When the database fails.
pub async fn set_door(db: &Db, shop: ShopId, door: Door) -> Result<()> {
    let sql = sql!("UPDATE shops SET open = $2 WHERE shop_id = $1");
    change(db, shop, sql, &params![door == Door::Open]).await
}

/// Adds a host name under which the shop answers. Adding one that it has already changes nothing.
///
/// # Errors
/// When the database fails.
pub async fn add_domain(db: &Db, shop: ShopId, host: &str) -> Result<std::result::Result<(), ShopRefusal>> {
    let mut tx = db.begin().await?;
    if let Err(refusal) = insert_domain(&mut tx, shop, host).await? {
        tx.rollback().await;
        return Ok(Err(refusal));
    }
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Takes a host name away.
///
/// # Errors
/// When the database fails.
pub async fn remove_domain(db: &Db, shop: ShopId, host: &str) -> Result<std::result::Result<(), ShopRefusal>> {
    let normalized = normalize_host(host).unwrap_or_else(|| host.to_owned());
    let mut tx = db.begin().await?;
    let sql = sql!("DELETE FROM shop_domains WHERE shop_id = $1 AND host = $2");
    if tx.execute(shop, sql, &params![&normalized]).await? == 0 {
        tx.rollback().await;
        return Ok(Err(ShopRefusal::NoSuchDomain(normalized)));
    }
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Makes one of the shop's host names the canonical one.
///
/// # Errors
/// When the database fails.
pub async fn make_domain_canonical(db: &Db, shop: ShopId, host: &str) -> Result<std::result::Result<(), ShopRefusal>> {
    let normalized = normalize_host(host).unwrap_or_else(|| host.to_owned());
    let mut tx = db.begin().await?;
    let sql = sql!(
        "UPDATE shop_domains SET position = (SELECT MIN(d.position) FROM shop_domains d WHERE d.shop_id = $1) - 1
         WHERE shop_id = $1 AND host = $2"
    );
    if tx.execute(shop, sql, &params![&normalized]).await? == 0 {
        tx.rollback().await;
        return Ok(Err(ShopRefusal::NoSuchDomain(normalized)));
    }
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// The one spelling of a host name: lower case, without port and final dot. `None` when the text is no host name.
pub fn normalize_host(text: &str) -> Option<String> {
    let lowered = text.trim().to_ascii_lowercase();
    let host = match lowered.strip_prefix('[') {
        Some(rest) => {
            let (address, _) = rest.split_once(']')?;
            address.parse::<std::net::Ipv6Addr>().ok()?;
            return Some(format!("[{address}]"));
        }
        None => lowered.split_once(':').map_or(lowered.as_str(), |(host, _)| host).trim_end_matches('.'),
    };
    let label_is_fine = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    let port_is_fine = lowered.split_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok());
    (port_is_fine && host.len() <= 253 && host.split('.').all(label_is_fine)).then(|| host.to_owned())
}

/// One statement and the new catalog version, in one transaction.
async fn change(db: &Db, shop: ShopId, sql: ShopSql, values: &[crate::Value]) -> Result<()> {
    let mut tx = db.begin().await?;
    tx.execute(shop, sql, values).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await
}

async fn insert_domain(tx: &mut Tx, shop: ShopId, host: &str) -> Result<std::result::Result<(), ShopRefusal>> {
    let Some(normalized) = normalize_host(host) else { return Ok(Err(ShopRefusal::BadHost(host.into()))) };
    let sql = sql!("SELECT host FROM shop_domains WHERE shop_id = $1");
    let own = tx.query(shop, sql, &[]).await?;
    if own.iter().any(|row| row.get::<String>(0) == normalized) {
        return Ok(Ok(()));
    }
    if own.len() >= DOMAINS_MAX {
        return Ok(Err(ShopRefusal::TooManyDomains));
    }
    let sql = sql!(
        "INSERT INTO shop_domains (shop_id, position, host)
         SELECT CAST($1 AS BIGINT), COALESCE(MAX(position), -1) + 1, CAST($2 AS TEXT) FROM shop_domains WHERE shop_id = $1
         ON CONFLICT (host) DO NOTHING"
    );
    let inserted = tx.execute(shop, sql, &params![&normalized]).await?;
    Ok(if inserted == 0 { Err(ShopRefusal::HostTaken(normalized)) } else { Ok(()) })
}

fn is_shop_handle(handle: &str) -> bool {
    (1..=40).contains(&handle.len())
        && handle.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !handle.starts_with('-')
}

fn is_name(name: &str) -> bool {
    (1..=120).contains(&name.trim().chars().count()) && !name.chars().any(char::is_control)
}

fn write_json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("settings are plain structs, which always have a JSON form")
}

fn read_shop(row: &Row, domains: &[Row], settings: &[Row]) -> Result<Shop> {
    let code: String = row.get(3);
    let currency = Currency::from_code(&code)
        .ok_or_else(|| Error::Unsuitable(format!("a shop sells in “{code}”, which is not an ISO 4217 currency")))?;
    Ok(Shop {
        id: row.get(0),
        handle: row.get(1),
        name: row.get(2),
        currency,
        time_zone: row.get(4),
        open: row.get(5),
        domains: domains.iter().map(|row| row.get(1)).collect(),
        branding: read_area(settings, "branding")?,
        shipping: read_area(settings, "shipping")?,
        tax: read_area(settings, "tax")?,
        checkout: read_area(settings, "checkout")?,
        contact: read_area(settings, "contact")?,
    })
}

fn read_area<T: Default + DeserializeOwned>(settings: &[Row], area: &str) -> Result<T> {
    let Some(row) = settings.iter().find(|row| row.get::<String>(1) == area) else { return Ok(T::default()) };
    serde_json::from_str(&row.get::<String>(2)).map_err(|error| {
        Error::Unsuitable(format!("the {area} settings of shop {} cannot be read: {error}", row.get::<ShopId>(0)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_name_has_one_spelling() {
        for (typed, host) in [
            ("Juniper.Example", "juniper.example"),
            (" www.juniper.example. ", "www.juniper.example"),
            ("localhost:8080", "localhost"),
            ("127.0.0.1:0", "127.0.0.1"),
            ("[::1]:8080", "[::1]"),
            ("xn--kaffeerster-ecb.example", "xn--kaffeerster-ecb.example"),
        ] {
            assert_eq!(normalize_host(typed).as_deref(), Some(host), "{typed}");
        }
        for typed in ["", ".", "a..b", "-a.b", "a b", "https://a.b", "a.b/c", "a_b.c", "a:b", "é.example", "[zz]"] {
            assert_eq!(normalize_host(typed), None, "{typed}");
        }
    }
}
