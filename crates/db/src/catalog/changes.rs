//! What has changed in a shop: each change moves `shops.catalog_version` and writes beside it what it touched, so that a node
//! reads no more than that.
//!
//! The row of the shop stays locked from the new version until the commit, so versions become visible in their order: whoever
//! sees one sees all changes before it. What is not written down (by a program from before there was a record, or so long ago
//! that it was tidied away) is a gap, and a gap means: read everything.

use crate::news::News;
use crate::{Result, Tx, params, sql};
use commerce::{ProductId, ShopId};
use std::collections::BTreeSet;

/// Versions whose changes are remembered. A node looks twice a second; an import makes some ten versions in that time.
const VERSIONS_KEPT: i64 = 256;
/// Stands for everything but products.
const SURROUNDINGS: ProductId = ProductId(0);

/// What a change touches.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Touched<'a> {
    /// These products and nothing else. They may be new, and they may be gone.
    Products(&'a [ProductId]),
    /// Anything but products: settings, domains, pages, collections, sales, templates, pictures.
    Surroundings,
}

/// What has changed between two versions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogChanges {
    /// These products, also those that are gone.
    pub products: BTreeSet<ProductId>,
    /// Whether anything but products has changed.
    pub surroundings: bool,
}

/// Notes that what pages show has changed, and has all nodes told. Belongs into the transaction of every such change.
pub(crate) async fn bump_catalog_version(tx: &mut Tx, shop: ShopId, touched: Touched<'_>) -> Result<()> {
    let bump = sql!("UPDATE shops SET catalog_version = catalog_version + 1 WHERE shop_id = $1 RETURNING catalog_version");
    let note = sql!("INSERT INTO catalog_changes (shop_id, version, product_id) VALUES ($1, $2, $3)");
    let forget = sql!("DELETE FROM catalog_changes WHERE shop_id = $1 AND version <= $2");
    let Some(row) = tx.query_opt(shop, bump, &[]).await? else { return Ok(()) };
    let version: i64 = row.get(0);
    let products: BTreeSet<ProductId> = match touched {
        Touched::Products(products) => products.iter().copied().collect(),
        Touched::Surroundings => BTreeSet::from([SURROUNDINGS]),
    };
    let rows: Vec<_> = products.into_iter().map(|product| params![version, product].to_vec()).collect();
    tx.execute_many(shop, note, &rows).await?;
    tx.execute(shop, forget, &params![version - VERSIONS_KEPT]).await?;
    tx.announce(News::CatalogMoved { shop }).await
}

/// The shop's version at the instant that `tx` sees; `None`: there is no such shop.
///
/// # Errors
/// When the database fails.
pub async fn catalog_version_in(tx: &mut Tx, shop: ShopId) -> Result<Option<i64>> {
    let sql = sql!("SELECT catalog_version FROM shops WHERE shop_id = $1");
    Ok(tx.query_opt(shop, sql, &[]).await?.map(|row| row.get(0)))
}

/// What has changed after the version `since` up to `version`, which is the one that `tx` sees. `None`: not all of it is known.
///
/// # Errors
/// When the database fails.
pub async fn catalog_changes_in(tx: &mut Tx, shop: ShopId, since: i64, version: i64) -> Result<Option<CatalogChanges>> {
    if version < since || version - since > VERSIONS_KEPT {
        return Ok(None);
    }
    let sql =
        sql!("SELECT version, product_id FROM catalog_changes WHERE shop_id = $1 AND version > $2 ORDER BY version, product_id");
    let mut changes = CatalogChanges::default();
    let mut noted = since;
    for row in tx.query(shop, sql, &params![since]).await? {
        let (of_version, product): (i64, ProductId) = (row.get(0), row.get(1));
        if of_version > noted + 1 {
            return Ok(None);
        }
        noted = of_version;
        if product == SURROUNDINGS {
            changes.surroundings = true;
        } else {
            changes.products.insert(product);
        }
    }
    Ok((noted == version).then_some(changes))
}
