//! The books: what the last proof found, in words that a shopkeeper uses, and the button that proves them now.
//!
//! What is proved is `db::verify`'s business; when, `crate::books`'.

use super::format::thousands;
use super::seat::Seat;
use super::views::{BookChapter, BookClaim, BookProof, Books, BooksCard, Breach};
use crate::error::Error;
use axum::response::Response;

use db::proofs::{KeptClaim, KeptProof, LastProof, load_proof};
use db::verify::{Broken, Invariant};

/// The chapters, and what they prove.
const CHAPTERS: [(&str, &str, &[Invariant]); 4] = {
    use Invariant::{D1, D2, D3, D5, I1, I2, I3, I4, I5, I6, K1, K3, L1, L2, L3, P1, P2, P4, P5};
    [
        ("Stock", "Every unit, from the delivery to the parcel.", &[I4, I5, I1, I3, I2, I6]),
        ("Orders", "What customers were told is what stands here.", &[D1, D2, D5, K1, K3]),
        ("Money", "Every cent that came in or went back.", &[P2, P1, P4, P5, D3]),
        ("Limits", "What your sales and coupons promised.", &[L1, L2, L3]),
    ]
};

/// `GET /admin/books`
pub async fn show(seat: Seat) -> Result<Response, Error> {
    let kept = load_proof(seat.db(), seat.shop(), seat.now()).await?;
    seat.page(&page(kept)).await
}

/// `POST /admin/books/prove`
pub async fn prove(seat: Seat) -> Result<Response, Error> {
    let begun = crate::books::begin(&seat.app, seat.shop()).await?;
    let said = if begun { "The books are being proved." } else { "The books are being proved already." };
    Ok(seat.done("/admin/books", said))
}

/// The books on the first page of the desk.
pub(super) async fn card(seat: &Seat) -> Result<Option<BooksCard>, Error> {
    let last = load_proof(seat.db(), seat.shop(), seat.now()).await?.and_then(|kept| kept.last);
    Ok(last.map(|last| BooksCard { holds: last.holds, proved_at: last.proved_at, rows: thousands(rows_of(&last)) }))
}

fn page(kept: Option<KeptProof>) -> Books {
    let Some(kept) = kept else { return Books::default() };
    Books {
        running_since: kept.running_since,
        pages_read: (kept.pages_read > 0).then(|| thousands(kept.pages_read.unsigned_abs() * 1_000)),
        failure: kept.failure,
        last: kept.last.map(proof),
    }
}

fn proof(last: LastProof) -> BookProof {
    let find = |invariant: &Invariant| last.claims.iter().find(|claim| claim.invariant() == Some(*invariant));
    let chapters = CHAPTERS.map(|(title, lead, invariants)| BookChapter {
        title,
        lead,
        claims: invariants.iter().filter_map(|invariant| find(invariant).map(|claim| told(*invariant, claim))).collect(),
    });
    let broken = last.claims.iter().filter(|claim| claim.times_broken > 0).count();
    BookProof {
        holds: last.holds,
        proved_at: last.proved_at,
        took: duration(last.took_micros),
        rows: thousands(rows_of(&last)),
        claims_count: last.claims.len(),
        broken_count: broken,
        chapters: chapters.into(),
    }
}

fn rows_of(last: &LastProof) -> u64 {
    last.claims.iter().map(|claim| claim.rows_checked).sum()
}

fn told(invariant: Invariant, claim: &KeptClaim) -> BookClaim {
    let (sentence, counted) = words(invariant);
    let counted = match claim.rows_checked {
        0 => "nothing to look at yet".to_owned(),
        rows => format!("{} {counted}", thousands(rows)),
    };
    BookClaim {
        id: invariant.id(),
        sentence,
        counted,
        holds: claim.times_broken == 0,
        breach: claim.first_broken.as_ref().map(|broken| breach(invariant, broken, claim.times_broken)),
    }
}

fn breach(invariant: Invariant, broken: &Broken, times: u64) -> Breach {
    let path = match (broken.order, broken.variant) {
        (Some(order), _) => Some(format!("/admin/orders/{order}")),
        (None, Some(variant)) => Some(format!("/admin/inventory/{variant}")),
        (None, None) => None,
    };
    let mut row = broken.row.clone();
    if let Some(first) = row.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Breach { row, detail: broken.detail.clone(), path, more: times.saturating_sub(1), advice: invariant.advice() }
}

/// What a shopkeeper reads, and what was counted.
const fn words(invariant: Invariant) -> (&'static str, &'static str) {
    match invariant {
        Invariant::I1 => ("No unit appeared from nowhere and none vanished.", "movements and counts looked at"),
        Invariant::I2 => ("What is set aside is set aside for someone.", "variants counted again"),
        Invariant::I3 => ("Every count is what its history adds up to.", "stock movements replayed"),
        Invariant::I4 => ("No unit was sold twice.", "reservations and movements followed to their end"),
        Invariant::I5 => ("Nothing was sold that was not there.", "stock movements replayed"),
        Invariant::I6 => ("No unit is held for ever.", "open reservations"),
        Invariant::L1 => ("Every sale counted each unit it gave out.", "articles in sales"),
        Invariant::L2 => ("Every coupon counted each of its uses.", "coupons"),
        Invariant::L3 => ("Nobody holds more than your shop allows.", "open reservations"),
        Invariant::D1 => ("No confirmed order is missing.", "checkouts and letters followed to their order"),
        Invariant::D2 => ("Every order came from one checkout, and no number is missing.", "orders and checkouts"),
        Invariant::D3 => ("Every payment belongs to one checkout, and both tell the same.", "payments"),
        Invariant::D5 => ("Every order stands where its parcels have led it.", "orders held against their steps"),
        Invariant::K1 => ("Nobody was served twice for one checkout.", "reservations"),
        Invariant::K3 => ("Whatever we answered a checkout has happened.", "checkouts"),
        Invariant::P1 => ("All money that came in has its order.", "payments and orders"),
        Invariant::P2 => ("Every customer paid exactly what the order says.", "orders added up again"),
        Invariant::P4 => ("No more money went back than came in.", "payments, orders and entries of the money ledger"),
        Invariant::P5 => ("Money that came too late became an order or went back.", "late payments"),
        Invariant::R1 => ("Every receipt that a load test's buyers saw is an order.", "receipts"),
        Invariant::R2 => ("Orders are what their receipts say.", "receipts"),
        Invariant::R3 => ("No order is on two receipts.", "receipts"),
        Invariant::R4 => ("Whenever buyers were told “sold out”, it was.", "answers"),
        Invariant::R5 => ("Holds that ran out during the load test have ended.", "reservations"),
    }
}

/// `0.4 s`, `12 s`, `3 min`
fn duration(micros: i64) -> String {
    match micros.max(0) {
        micros @ 0..10_000_000 => format!("{:.1} s", micros as f64 / 1_000_000.0),
        micros @ 10_000_000..180_000_000 => format!("{} s", micros / 1_000_000),
        micros => format!("{} min", micros / 60_000_000),
    }
}

/// A proof for looking at the page.
#[cfg(test)]
pub(super) fn sample(now: commerce::Timestamp) -> Books {
    let claims = Invariant::ALL.map(|invariant| {
        let breaks = invariant == Invariant::I3;
        KeptClaim {
            id: invariant.id().into(),
            rows_checked: if invariant == Invariant::P5 { 0 } else { 12_402 },
            times_broken: if breaks { 3 } else { 0 },
            first_broken: breaks.then(|| Broken {
                row: "variant 17".into(),
                detail: "has 5 on hand, 0 reserved, 0 allocated, its movements give 4 on hand, 0 reserved, 0 allocated".into(),
                order: None,
                variant: Some(commerce::VariantId(17)),
            }),
        }
    });
    let last = LastProof { proved_at: now, took_micros: 1_400_000, holds: false, claims: claims.into() };
    page(Some(KeptProof { last: Some(last), running_since: Some(now), pages_read: 12, failure: String::new() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invariant_is_in_one_chapter() {
        for invariant in Invariant::ALL {
            let chapters = CHAPTERS.iter().filter(|(_, _, invariants)| invariants.contains(&invariant)).count();
            assert_eq!(chapters, 1, "{}", invariant.id());
        }
    }

    #[test]
    fn durations_are_short() {
        for (micros, text) in [(0, "0.0 s"), (1_400_000, "1.4 s"), (42_000_000, "42 s"), (240_000_000, "4 min")] {
            assert_eq!(duration(micros), text);
        }
    }
}
