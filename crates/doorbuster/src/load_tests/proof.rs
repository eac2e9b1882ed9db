//! The books of the copy after a test: proved by `doorbuster verify`, with what its shoppers were told, and said as the report
//! says it.

use super::process::{Background, Program, complaint, run};
use super::{Place, Reason};
use charts::numbers::grouped;
use charts::page::{facts, paragraph};
use loadtest::report::data::Audit;
use serde::Deserialize;

/// What `doorbuster verify` ends with when it has looked at the books: they hold, or they do not.
const LOOKED: [i32; 2] = [0, 4];

/// `doorbuster verify --json`
#[derive(Deserialize)]
struct Proof {
    shops: Vec<OfShop>,
}

#[derive(Deserialize)]
struct OfShop {
    claims: Vec<Claim>,
}

#[derive(Deserialize)]
struct Claim {
    id: String,
    sentence: String,
    rows_checked: u64,
    times_broken: u64,
    first_broken: Option<Broken>,
}

#[derive(Deserialize)]
struct Broken {
    row: String,
    detail: String,
}

/// Looks into the books of the copy.
///
/// # Errors
/// When they cannot be read.
pub async fn of_copy(program: &Program, place: &Place, handle: &str) -> Result<Audit, Reason> {
    let mut command = program.command(Background::Copy, &["verify", "--json", "--shop", handle]);
    command.arg("--data").arg(place.copy()).arg("--receipts").arg(place.file("receipts.jsonl"));
    let output = run(command).await?;
    if !output.status.code().is_some_and(|code| LOOKED.contains(&code)) {
        return Err(Reason::of_server("The books of the copy could not be read.", complaint(&output.stderr)));
    }
    let proof: Proof = serde_json::from_slice(&output.stdout)
        .map_err(|error| Reason::of_server("The proof of the copy's books could not be read.", error.to_string()))?;
    Ok(audit(&proof))
}

fn audit(proof: &Proof) -> Audit {
    let claims = || proof.shops.iter().flat_map(|shop| &shop.claims);
    let find = |id: &str| claims().find(|claim| claim.id == id);
    let broken = |id: &str| find(id).map_or(0, |claim| claim.times_broken);
    Audit {
        by: "in the books themselves, every receipt and every row".into(),
        receipts: find("R1").map_or(0, |claim| claim.rows_checked),
        missing: broken("R1"),
        wrong_total: broken("R2"),
        doubled: broken("R3"),
        oversold: broken("I5"),
        sold_out_untrue: broken("R4"),
        reservations_open: broken("R5"),
        books_hold: Some(claims().filter(|claim| !claim.id.starts_with('R')).all(|claim| claim.times_broken == 0)),
        findings: claims().filter(|claim| claim.times_broken > 0).map(finding).collect(),
    }
}

fn finding(claim: &Claim) -> String {
    let row = claim.first_broken.as_ref().map(|Broken { row, detail }| format!(" First at {row}: {detail}."));
    format!("“{}” is not so ({} times).{}", claim.sentence, claim.times_broken, row.unwrap_or_default())
}

/// What came of the proof, for a page.
pub fn told(books: &Audit) -> String {
    let mut html = paragraph(&format!("{} receipts were compared, {}.", grouped(books.receipts), books.by));
    html.extend(books.findings.iter().map(|finding| paragraph(finding)));
    html + &facts([
        ("Receipts without an order", grouped(books.missing)),
        ("Units sold that were not there", grouped(books.oversold)),
        ("“Sold out” said while there were units", grouped(books.sold_out_untrue)),
        ("Totals that differ", grouped(books.wrong_total)),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `doorbuster verify --json` prints it, with this claim broken.
    fn proof(broken: &str) -> Proof {
        let claims = ["I5", "P2", "R1", "R2", "R3", "R4", "R5"].map(|id| {
            let times_broken = u64::from(id == broken);
            let first_broken = (id == broken).then(|| serde_json::json!({ "row": "receipt of order 1002", "detail": "is lost" }));
            serde_json::json!({
                "id": id, "sentence": "All is well", "rows_checked": 7, "times_broken": times_broken, "first_broken": first_broken
            })
        });
        let printed = serde_json::json!({ "holds": broken.is_empty(), "engine": "sqlite", "shops": [{ "claims": claims }] });
        serde_json::from_value(printed).expect("it is a proof")
    }

    #[test]
    fn a_proof_that_holds_says_how_many_receipts_were_compared() {
        let audit = audit(&proof(""));
        assert_eq!((audit.receipts, audit.books_hold, audit.findings.len()), (7, Some(true), 0));
    }

    #[test]
    fn what_is_broken_is_counted_where_the_report_counts_it() {
        let lost = audit(&proof("R1"));
        assert_eq!((lost.missing, lost.books_hold), (1, Some(true)));
        assert_eq!(lost.findings, ["“All is well” is not so (1 times). First at receipt of order 1002: is lost."]);
        assert_eq!(audit(&proof("I5")).oversold, 1);
        assert_eq!(audit(&proof("P2")).books_hold, Some(false));
        assert_eq!(audit(&proof("R4")).sold_out_untrue, 1);
    }
}
