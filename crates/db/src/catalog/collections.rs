//! Collections and, for those chosen by hand, their products.

use super::changes::{Touched, bump_catalog_version};
use super::product_rows::{json, to_json};
use crate::{Db, Result, Row, Tx, params, sql};
use commerce::catalog::{Collection, CollectionKind, is_handle};
use commerce::{CollectionId, ProductId, ShopId};
use std::collections::HashMap;

/// Why a collection was not saved.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CollectionRefusal {
    /// Another collection has this handle.
    #[error("“{handle}” is already the handle of “{title}”. Choose another one.")]
    HandleTaken {
        /// The handle.
        handle: String,
        /// The collection that has it.
        title: String,
    },
    /// The handle can't stand in an address.
    #[error("“{handle}” can't be a handle: use small letters, digits and hyphens.")]
    HandleUnfit {
        /// The handle.
        handle: String,
    },
}

/// All collections of the shop, in their order.
///
/// # Errors
/// When the database fails.
pub async fn load_collections(db: &Db, shop: ShopId) -> Result<Vec<Collection>> {
    let mut tx = db.begin_read().await?;
    let collections = load_collections_in(&mut tx, shop).await?;
    tx.commit().await?;
    Ok(collections)
}

/// As [`load_collections`], at the instant that `tx` sees.
///
/// # Errors
/// When the database fails.
pub async fn load_collections_in(tx: &mut Tx, shop: ShopId) -> Result<Vec<Collection>> {
    let collections = sql!(
        "SELECT collection_id, handle, title, description_html, media_id, seo_title, seo_description, published, position, rule
         FROM collections WHERE shop_id = $1 ORDER BY position, collection_id"
    );
    let members =
        sql!("SELECT collection_id, product_id FROM collection_products WHERE shop_id = $1 ORDER BY collection_id, position");
    let mut chosen: HashMap<CollectionId, Vec<ProductId>> = HashMap::new();
    let rows = tx.query(shop, collections, &[]).await?;
    for row in tx.query(shop, members, &[]).await? {
        chosen.entry(row.get(0)).or_default().push(row.get(1));
    }
    rows.iter().map(|row| collection(row, &mut chosen)).collect()
}

fn collection(row: &Row, chosen: &mut HashMap<CollectionId, Vec<ProductId>>) -> Result<Collection> {
    let id: CollectionId = row.get(0);
    let kind = match row.get::<Option<String>>(9) {
        Some(_) => CollectionKind::Rule { rule: json(row, 9)? },
        None => CollectionKind::Manual { products: chosen.remove(&id).unwrap_or_default() },
    };
    Ok(Collection {
        id,
        handle: row.get(1),
        title: row.get(2),
        description_html: row.get(3),
        picture: row.get(4),
        seo_title: row.get(5),
        seo_description: row.get(6),
        published: row.get(7),
        position: row.get(8),
        kind,
    })
}

/// Saves a new or a changed collection. Chosen products that the shop does not have are left out.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub async fn save_collection(
    db: &Db,
    shop: ShopId,
    collection: &Collection,
) -> Result<std::result::Result<(), CollectionRefusal>> {
    let handle = collection.handle.clone();
    if !is_handle(&handle) {
        return Ok(Err(CollectionRefusal::HandleUnfit { handle }));
    }
    let owner = sql!("SELECT title FROM collections WHERE shop_id = $1 AND handle = $2 AND collection_id <> $3");
    let mut tx = db.begin().await?;
    if let Some(row) = tx.query_opt(shop, owner, &params![&handle, collection.id]).await? {
        tx.rollback().await;
        return Ok(Err(CollectionRefusal::HandleTaken { handle, title: row.get(0) }));
    }
    write_collection(&mut tx, shop, collection).await?;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

async fn write_collection(tx: &mut Tx, shop: ShopId, collection: &Collection) -> Result<()> {
    let upsert = sql!(
        "INSERT INTO collections (shop_id, collection_id, handle, title, description_html, media_id, seo_title, seo_description,
             published, position, rule)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (shop_id, collection_id) DO UPDATE SET handle = excluded.handle, title = excluded.title,
             description_html = excluded.description_html, media_id = excluded.media_id, seo_title = excluded.seo_title,
             seo_description = excluded.seo_description, published = excluded.published, position = excluded.position,
             rule = excluded.rule"
    );
    let clear = sql!("DELETE FROM collection_products WHERE shop_id = $1 AND collection_id = $2");
    let member = sql!(
        "INSERT INTO collection_products (shop_id, collection_id, position, product_id)
         SELECT shop_id, CAST($2 AS BIGINT), CAST($3 AS BIGINT), product_id FROM products
         WHERE shop_id = $1 AND product_id = $4"
    );
    let (rule, products) = match &collection.kind {
        CollectionKind::Rule { rule } => (Some(to_json(rule)), &[][..]),
        CollectionKind::Manual { products } => (None, products.as_slice()),
    };
    let own = params![
        collection.id,
        &collection.handle,
        &collection.title,
        &collection.description_html,
        collection.picture,
        &collection.seo_title,
        &collection.seo_description,
        collection.published,
        collection.position,
        rule,
    ];
    tx.execute(shop, upsert, &own).await?;
    tx.execute(shop, clear, &params![collection.id]).await?;
    let numbered = products.iter().enumerate();
    let members: Vec<_> = numbered.map(|(position, product)| params![collection.id, position, *product].to_vec()).collect();
    tx.execute_many(shop, member, &members).await?;
    Ok(())
}

/// Deletes a collection; its products stay. `false`: the shop has no such collection.
///
/// # Errors
/// When the database fails; then nothing was changed.
pub async fn delete_collection(db: &Db, shop: ShopId, collection: CollectionId) -> Result<bool> {
    let delete = sql!("DELETE FROM collections WHERE shop_id = $1 AND collection_id = $2");
    let mut tx = db.begin().await?;
    let found = tx.execute(shop, delete, &params![collection]).await? > 0;
    bump_catalog_version(&mut tx, shop, Touched::Surroundings).await?;
    tx.commit().await?;
    Ok(found)
}
