//! What buyers were told, held against the books by the program itself: `doorbuster verify --receipts`.

use crate::buyers::Bought;
use crate::program::Place;
use loadtest::audit::{Entry, Receipts};
use serde_json::Value;
use std::collections::BTreeSet;

/// What the books say.
pub struct Proof {
    /// Different orders whose receipts somebody has read.
    pub receipts: usize,
    /// Orders that there are.
    pub orders: usize,
}

/// Whether the books hold, every receipt is an order of its own, and there is no order that nobody has asked for.
///
/// # Errors
/// When not.
pub fn prove(place: &Place, bought: &[Bought]) -> Result<Proof, String> {
    let file = place.folder.join("receipts.jsonl");
    let mut kept = Receipts::create(&file).map_err(|error| error.to_string())?;
    let told = || bought.iter().filter_map(|bought| bought.receipt.clone());
    for receipt in told() {
        kept.add(&Entry::Receipt(receipt)).map_err(|error| error.to_string())?;
    }
    kept.flush().map_err(|error| error.to_string())?;
    let path = file.to_str().ok_or("the temporary folder's path is not UTF-8")?;
    let said = place.run(&["verify", "--json", "--receipts", path]);
    let proof: Value = serde_json::from_str(&said.output).map_err(|error| format!("{error}: {}", said.complaint))?;
    if proof["holds"] != Value::Bool(true) {
        return Err(format!("The books do not hold:\n{}", place.run(&["verify", "--receipts", path]).output));
    }
    let rows = |claim: &str| {
        let claims = proof["shops"][0]["claims"].as_array();
        let rows = claims.and_then(|claims| claims.iter().find(|known| known["id"] == claim)?["rows_checked"].as_u64());
        rows.and_then(|rows| usize::try_from(rows).ok()).ok_or_else(|| format!("the proof says nothing of {claim}"))
    };
    let numbers: BTreeSet<u64> = told().map(|receipt| receipt.order).collect();
    let (receipts, orders, looked_at) = (told().count(), rows("P2")?, rows("R1")?);
    // Whoever was never answered may have bought all the same, once.
    let orders_max = bought.len();
    if numbers.len() != receipts || looked_at != receipts || !(receipts..=orders_max).contains(&orders) {
        let numbers = numbers.len();
        return Err(format!(
            "{receipts} receipts with {numbers} numbers were read by {orders_max} people; there are {orders} orders"
        ));
    }
    Ok(Proof { receipts, orders })
}
