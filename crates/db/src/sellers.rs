//! Sellers: the people who sign in to a shop's desk. Passwords come here as hashes only; how they are made is `web`'s business.

use crate::{Db, Error, Result, Row, Tx, params, sql};
use commerce::customer::is_email;
use commerce::{SellerId, ShopId, Timestamp};

/// What a seller may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SellerRole {
    /// Everything, including settings and the other sellers.
    Owner,
    /// Daily work: products, sales, orders.
    Staff,
}

impl SellerRole {
    /// As stored and as written on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Staff => "staff",
        }
    }

    /// The role with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Owner, Self::Staff].into_iter().find(|role| role.as_str() == name)
    }
}

/// A seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seller {
    /// The row's id.
    pub id: SellerId,
    /// E-mail address in lower case; unique in the shop.
    pub email: String,
    /// As colleagues read it.
    pub name: String,
    /// What the seller may do.
    pub role: SellerRole,
    /// UTC.
    pub created_at: Timestamp,
}

/// A seller to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSeller {
    /// E-mail address; kept in lower case.
    pub email: String,
    /// As colleagues read it; may be empty.
    pub name: String,
    /// What the seller may do.
    pub role: SellerRole,
    /// The password's hash, never the password.
    pub password_hash: String,
}

/// Why a seller was not made, changed or removed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SellerRefusal {
    /// The text is no e-mail address.
    #[error("“{0}” is not an e-mail address")]
    BadEmail(String),
    /// The shop has a seller with this address.
    #[error("the shop already has a seller with the address {0}")]
    EmailTaken(String),
    /// No such seller in this shop.
    #[error("the shop has no such seller")]
    Unknown,
    /// Somebody has to be able to change the settings.
    #[error("this is the shop's only owner; make another seller an owner first")]
    LastOwner,
}

/// The one spelling of a seller's address.
pub fn normalize_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// Makes a seller.
///
/// # Errors
/// When the database fails.
pub async fn create_seller(
    db: &Db,
    shop: ShopId,
    new: &NewSeller,
    now: Timestamp,
) -> Result<std::result::Result<SellerId, SellerRefusal>> {
    let email = normalize_email(&new.email);
    if !is_email(&email) {
        return Ok(Err(SellerRefusal::BadEmail(new.email.clone())));
    }
    let seller = SellerId(db.ids().next(now));
    let sql = sql!(
        "INSERT INTO sellers (shop_id, seller_id, email, name, role, password_hash, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (shop_id, email) DO NOTHING"
    );
    let values = params![seller, &email, new.name.trim(), new.role.as_str(), &new.password_hash, now];
    let inserted = db.execute(shop, sql, &values).await?;
    Ok(if inserted == 0 { Err(SellerRefusal::EmailTaken(email)) } else { Ok(seller) })
}

/// The shop's sellers, by address.
///
/// # Errors
/// When the database fails.
pub async fn list_sellers(db: &Db, shop: ShopId) -> Result<Vec<Seller>> {
    let sql = sql!("SELECT seller_id, email, name, role, created_at FROM sellers WHERE shop_id = $1 ORDER BY email");
    db.query(shop, sql, &[]).await?.iter().map(read_seller).collect()
}

/// The seller with this address and the hash of the password.
///
/// # Errors
/// When the database fails.
pub async fn seller_by_email(db: &Db, shop: ShopId, email: &str) -> Result<Option<(Seller, String)>> {
    let sql =
        sql!("SELECT seller_id, email, name, role, created_at, password_hash FROM sellers WHERE shop_id = $1 AND email = $2");
    let row = db.query_opt(shop, sql, &params![normalize_email(email)]).await?;
    row.map(|row| Ok((read_seller(&row)?, row.get(5)))).transpose()
}

/// Changes the password and signs the seller out everywhere.
///
/// # Errors
/// When the database fails.
pub async fn set_password_hash(
    db: &Db,
    shop: ShopId,
    seller: SellerId,
    password_hash: &str,
) -> Result<std::result::Result<(), SellerRefusal>> {
    let mut tx = db.begin().await?;
    let sql = sql!("UPDATE sellers SET password_hash = $3 WHERE shop_id = $1 AND seller_id = $2");
    if tx.execute(shop, sql, &params![seller, password_hash]).await? == 0 {
        tx.rollback().await;
        return Ok(Err(SellerRefusal::Unknown));
    }
    let sql = sql!("DELETE FROM seller_sessions WHERE shop_id = $1 AND seller_id = $2");
    tx.execute(shop, sql, &params![seller]).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// Changes what a seller may do.
///
/// # Errors
/// When the database fails.
pub async fn set_role(
    db: &Db,
    shop: ShopId,
    seller: SellerId,
    role: SellerRole,
) -> Result<std::result::Result<(), SellerRefusal>> {
    let mut tx = db.begin().await?;
    let sql = sql!("UPDATE sellers SET role = $3 WHERE shop_id = $1 AND seller_id = $2");
    let touched = tx.execute(shop, sql, &params![seller, role.as_str()]).await?;
    finish_with_an_owner(tx, shop, touched).await
}

/// Removes a seller, with all sessions.
///
/// # Errors
/// When the database fails.
pub async fn delete_seller(db: &Db, shop: ShopId, seller: SellerId) -> Result<std::result::Result<(), SellerRefusal>> {
    let mut tx = db.begin().await?;
    let sql = sql!("DELETE FROM sellers WHERE shop_id = $1 AND seller_id = $2");
    let touched = tx.execute(shop, sql, &params![seller]).await?;
    finish_with_an_owner(tx, shop, touched).await
}

/// Commits the change of one seller, unless it leaves the shop without an owner. The shop's row is locked first, so that two
/// owners who remove each other at once cannot both succeed.
async fn finish_with_an_owner(mut tx: Tx, shop: ShopId, touched: u64) -> Result<std::result::Result<(), SellerRefusal>> {
    if touched == 0 {
        tx.rollback().await;
        return Ok(Err(SellerRefusal::Unknown));
    }
    tx.execute(shop, sql!("UPDATE shops SET open = open WHERE shop_id = $1"), &[]).await?;
    let owners = sql!("SELECT COUNT(*) FROM sellers WHERE shop_id = $1 AND role = 'owner'");
    let owners = tx.query(shop, owners, &[]).await?;
    if owners[0].get::<i64>(0) == 0 {
        tx.rollback().await;
        return Ok(Err(SellerRefusal::LastOwner));
    }
    tx.commit().await?;
    Ok(Ok(()))
}

/// The first five columns: id, address, name, role, creation.
pub(crate) fn read_seller(row: &Row) -> Result<Seller> {
    let role: String = row.get(3);
    let role = SellerRole::from_name(&role).ok_or_else(|| Error::Unsuitable(format!("a seller has the role “{role}”")))?;
    Ok(Seller { id: row.get(0), email: row.get(1), name: row.get(2), role, created_at: row.get(4) })
}
