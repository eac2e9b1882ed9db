//! Imports product CSV: products are found by their handle and created or changed, some at a time in one transaction.
//!
//! What the file means for each product is decided by `commerce::catalog::csv`. A product with a mistake is left out whole and
//! the others go on; a file that is broken as a whole changes nothing.

use super::changes::{Touched, bump_catalog_version};
use super::counts::{self, Count, Recount};
use super::import_report::{Difference, ImportProgress, ImportReport};
use super::product_rows::oversells;
use super::products::load_each;
use super::save_product::write_products;
use crate::{Db, Error, Tx, params, sql, sql_locking};
use commerce::catalog::Product;
use commerce::catalog::csv::{
    Change, FileError, MergeSettings, Merged, ProductDraft, ProductErrors, ProductReader, RowError, check, merge,
};
use commerce::{Currency, ProductId, ShopId, Timestamp, VariantId};
use std::collections::{BTreeMap, HashMap};
use std::io::{self, Read};

/// Products per transaction: enough to make the commit cheap, few enough for orders not to wait.
const PRODUCTS_PER_COMMIT: usize = 100;

/// Whether the import changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImportMode {
    /// Only tell what would change.
    DryRun,
    /// Change it.
    Write,
}

/// A file to be imported.
pub struct ImportRequest<'a> {
    /// Opens the file at its beginning; asked twice, because the whole file is checked before anything is changed.
    pub open: &'a (dyn Fn() -> io::Result<Box<dyn Read + Send>> + Sync),
    /// Makes HTML from outside safe to show.
    pub clean: &'a (dyn Fn(&str) -> String + Sync),
    /// Told how far the import has come.
    pub progress: &'a mut (dyn FnMut(ImportProgress) + Send),
    /// Whether anything is changed.
    pub mode: ImportMode,
    /// Who imports, for the ledger: a seller's e-mail address or `system`.
    pub actor: &'a str,
    /// The time of the import.
    pub now: Timestamp,
}

/// Why a file was not imported. With [`ImportError::File`], nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file was refused as a whole.
    #[error(transparent)]
    File(#[from] FileError),
    /// There is no such shop.
    #[error("there is no such shop")]
    NoShop,
    /// The database failed. Products that were committed before stay; importing the file again finishes the rest.
    #[error(transparent)]
    Database(#[from] Error),
}

/// Imports a file.
///
/// # Errors
/// When the file is refused as a whole, or the database fails.
pub async fn import(db: &Db, shop: ShopId, request: ImportRequest<'_>) -> Result<ImportReport, ImportError> {
    let currency = shop_currency(db, shop).await?;
    let open = || (request.open)().map_err(FileError::Io);
    let checked = check(open()?)?;
    let products_total = checked.products;
    let mut reader = ProductReader::new(open()?, checked, currency)?;
    let mut import = Import {
        db,
        shop,
        currency,
        clean: request.clean,
        actor: request.actor,
        now: request.now,
        mode: request.mode,
        report: ImportReport::default(),
    };
    let mut products_done = 0;
    loop {
        let products: Vec<_> = reader.by_ref().take(PRODUCTS_PER_COMMIT).collect();
        if products.is_empty() {
            return Ok(import.report);
        }
        products_done += products.len();
        import.take(products).await?;
        (request.progress)(ImportProgress { products_done, products_total });
    }
}

async fn shop_currency(db: &Db, shop: ShopId) -> Result<Currency, ImportError> {
    let find = sql!("SELECT currency FROM shops WHERE shop_id = $1");
    let row = db.query_opt(shop, find, &[]).await?.ok_or(ImportError::NoShop)?;
    let code: String = row.get(0);
    let unknown = || Error::Unsuitable(format!("the shop's currency {code} is none that is known"));
    Currency::from_code(&code).ok_or_else(unknown).map_err(ImportError::Database)
}

/// An import while it runs.
struct Import<'a> {
    db: &'a Db,
    shop: ShopId,
    currency: Currency,
    clean: &'a (dyn Fn(&str) -> String + Sync),
    actor: &'a str,
    now: Timestamp,
    mode: ImportMode,
    report: ImportReport,
}

/// A product as it is and as it will be.
struct Planned {
    merged: Merged,
    is_new: bool,
    recounts: Vec<Recount>,
}

impl Import<'_> {
    /// One transaction's worth of products.
    async fn take(&mut self, products: Vec<Result<ProductDraft, ProductErrors>>) -> Result<(), Error> {
        let mut drafts = Vec::with_capacity(products.len());
        for product in products {
            match product {
                Ok(draft) => drafts.push(draft),
                Err(refused) => self.leave_out(refused.errors),
            }
        }
        let mut tx = self.db.begin().await?;
        let existing = self.existing(&mut tx, &drafts).await?;
        let variants = existing.values().flat_map(|product| &product.variants).map(|variant| variant.id);
        let counts = counts::lock(&mut tx, self.shop, variants).await?;
        let mut planned: Vec<Planned> = drafts.iter().filter_map(|draft| self.plan(draft, &existing, &counts)).collect();
        planned.retain(|plan| plan.is_new || !plan.merged.changes.is_empty());
        if self.mode == ImportMode::DryRun || planned.is_empty() {
            tx.rollback().await;
            return Ok(());
        }
        let ids: Vec<ProductId> = planned.iter().map(|plan| plan.merged.product.id).collect();
        let rows: Vec<&Product> = planned.iter().map(|plan| &plan.merged.product).collect();
        write_products(&mut tx, self.shop, &rows, self.now).await?;
        let mut recounts: Vec<Recount> = planned.iter().flat_map(|plan| plan.recounts.iter().copied()).collect();
        counts::write(&mut tx, self.shop, &mut recounts, self.actor, self.now).await?;
        bump_catalog_version(&mut tx, self.shop, Touched::Products(&ids)).await?;
        tx.commit().await
    }

    /// The products that have one of the drafts' handles; nobody else changes them until the transaction ends.
    async fn existing(&self, tx: &mut Tx, drafts: &[ProductDraft]) -> Result<HashMap<String, Product>, Error> {
        let find = sql_locking!("SELECT product_id FROM products WHERE shop_id = $1 AND handle = $2");
        let mut handles: Vec<&str> = drafts.iter().map(|draft| draft.handle.as_str()).collect();
        handles.sort_unstable();
        let handles: Vec<_> = handles.into_iter().map(|handle| params![handle].to_vec()).collect();
        let rows = tx.query_many(self.shop, find, &handles).await?.concat();
        let ids: Vec<ProductId> = rows.iter().map(|row| row.get(0)).collect();
        let products = load_each(tx, self.shop, &ids).await?;
        Ok(products.into_iter().map(|product| (product.handle.clone(), product)).collect())
    }

    /// Decides about one product and enters it in the report; `None`: it is left out.
    fn plan(
        &mut self,
        draft: &ProductDraft,
        existing: &HashMap<String, Product>,
        counts: &BTreeMap<VariantId, Count>,
    ) -> Option<Planned> {
        let before = existing.get(&draft.handle);
        let settings = MergeSettings { currency: self.currency, clean: &|html| (self.clean)(html), now: self.now };
        let ids = self.db.ids();
        let mut merged = match merge(draft, before, &settings, &mut || ids.next(self.now)) {
            Ok(merged) => merged,
            Err(error) => {
                self.leave_out(vec![RowError { line: draft.line, column: None, message: error.to_string() }]);
                return None;
            }
        };
        let recounts = match recount(&merged, draft.line, counts) {
            Ok(recounts) => recounts,
            Err(errors) => {
                self.leave_out(errors);
                return None;
            }
        };
        if before.is_some() {
            merged.changes.extend(recounts.iter().map(|recount| told(&merged.product, recount)));
        }
        let planned = Planned { is_new: before.is_none(), merged, recounts };
        self.enter(&planned);
        Some(planned)
    }

    fn enter(&mut self, planned: &Planned) {
        let Planned { merged, is_new, recounts } = planned;
        self.report.warnings.extend(merged.warnings.iter().cloned());
        self.report.recounted += recounts.len();
        match (is_new, merged.changes.is_empty()) {
            (true, _) => self.report.created += 1,
            (false, true) => self.report.unchanged += 1,
            (false, false) => self.report.updated += 1,
        }
        if *is_new || !merged.changes.is_empty() {
            self.report.differences.push(Difference {
                handle: merged.product.handle.clone(),
                title: merged.product.title.clone(),
                created: *is_new,
                changes: merged.changes.clone(),
            });
        }
    }

    fn leave_out(&mut self, errors: Vec<RowError>) {
        self.report.left_out += 1;
        self.report.errors.extend(errors);
    }
}

/// The counts that change.
///
/// # Errors
/// Where the stock would end below what orders and reservations have claimed already.
fn recount(merged: &Merged, line: u64, counts: &BTreeMap<VariantId, Count>) -> Result<Vec<Recount>, Vec<RowError>> {
    let counted: HashMap<VariantId, (i64, u64)> =
        merged.quantities.iter().map(|counted| (counted.variant, (counted.quantity, counted.line))).collect();
    let (mut recounts, mut errors) = (Vec::new(), Vec::new());
    for variant in &merged.product.variants {
        let before = counts.get(&variant.id).copied().unwrap_or_default();
        let (on_hand, line) = counted.get(&variant.id).copied().unwrap_or((before.item.on_hand, line));
        let claimed = before.item.reserved + before.item.allocated;
        if !oversells(variant) && on_hand < claimed {
            let message = format!(
                "{on_hand} on hand is fewer than the {claimed} that orders and reservations have claimed: write at least {claimed}, \
                 or set the policy to “continue”"
            );
            errors.push(RowError { line, column: Some("quantity".into()), message });
        } else if on_hand != before.item.on_hand {
            recounts.push(Recount { variant: variant.id, before, on_hand });
        }
    }
    if errors.is_empty() { Ok(recounts) } else { Err(errors) }
}

/// A changed count in the seller's words.
fn told(product: &Product, recount: &Recount) -> Change {
    let variant = product.variants.iter().find(|variant| variant.id == recount.variant);
    let label = variant.map(|variant| if variant.option_values.is_empty() { variant.sku.clone() } else { variant.title() });
    Change {
        variant: label.unwrap_or_default(),
        field: "on hand",
        old: recount.before.item.on_hand.to_string(),
        new: recount.on_hand.to_string(),
    }
}
