//! What was proved and what was not, for people (a table) and for machines (JSON).

use commerce::{ShopId, Timestamp};
use serde::Serialize;
use std::fmt;

/// What must hold at every instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invariant {
    /// Units are conserved.
    I1,
    /// Counters are what reservations and orders claim.
    I2,
    /// Counters are what the ledger says.
    I3,
    /// Holds end once.
    I4,
    /// Limits of sales count what is claimed.
    L1,
    /// Limits of coupons count what is claimed.
    L2,
    /// No order is lost and none appears from nowhere.
    D2,
    /// Captured money has an order or goes back.
    P1,
    /// Orders cost what their parts cost.
    P2,
    /// No more goes back than came in.
    P4,
}

impl Invariant {
    /// Every invariant, in the order of the report.
    pub const ALL: [Self; 10] =
        [Self::I1, Self::I2, Self::I3, Self::I4, Self::L1, Self::L2, Self::D2, Self::P1, Self::P2, Self::P4];

    /// The short name: `I1`.
    pub const fn id(self) -> &'static str {
        match self {
            Self::I1 => "I1",
            Self::I2 => "I2",
            Self::I3 => "I3",
            Self::I4 => "I4",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::D2 => "D2",
            Self::P1 => "P1",
            Self::P2 => "P2",
            Self::P4 => "P4",
        }
    }

    /// What is claimed, in one sentence.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::I1 => "What came in, less what was sent, is in the building, and no more than that is promised.",
            Self::I2 => "Reserved units are those of active reservations, allocated units those of orders still to be sent.",
            Self::I3 => "The counters of every variant are what a replay of its movements from the first row gives.",
            Self::I4 => "Every reservation ends at most once: as one order, expired, or released.",
            Self::L1 => "Units counted against each sale's limits are those of active reservations and of orders that stand.",
            Self::L2 => "Uses counted against each coupon's limits are those of active reservations and of orders that stand.",
            Self::D2 => "Every order came from one checkout, every checkout's order exists, and no order number is missing.",
            Self::P1 => "Every captured payment has exactly one order, or goes back in full.",
            Self::P2 => "Every order's total is the sum of its parts at their pinned prices, and exactly that was paid.",
            Self::P4 => "No more money goes back than came in, and the money ledger says what payments and refunds say.",
        }
    }
}

/// The answer for all shops that were asked about.
#[derive(Clone, Debug, Serialize)]
pub struct Proof {
    /// `sqlite` or `postgres`.
    pub engine: &'static str,
    /// When, microseconds since 1970 UTC.
    pub checked_at: Timestamp,
    /// By handle.
    pub shops: Vec<ShopProof>,
}

/// The answer for one shop.
#[derive(Clone, Debug, Serialize)]
pub struct ShopProof {
    /// The shop.
    pub id: ShopId,
    /// Its handle.
    pub handle: String,
    /// Its name.
    pub name: String,
    /// One for each of [`Invariant::ALL`].
    pub claims: Vec<Claim>,
}

/// One invariant, held against the rows.
#[derive(Clone, Debug, Serialize)]
pub struct Claim {
    /// `I1`.
    pub id: &'static str,
    /// What is claimed.
    pub sentence: &'static str,
    /// How many rows were held against it.
    pub rows_checked: u64,
    /// How often it was found broken.
    pub times_broken: u64,
    /// The first row that breaks it.
    pub first_broken: Option<Broken>,
}

/// A row that breaks a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Broken {
    /// Which: `variant 17, movement 4`.
    pub row: String,
    /// How, with the numbers.
    pub detail: String,
}

impl Proof {
    /// Whether everything holds, for every shop.
    pub fn holds(&self) -> bool {
        self.shops.iter().all(ShopProof::holds)
    }
}

impl ShopProof {
    /// Whether everything holds for this shop.
    pub fn holds(&self) -> bool {
        self.claims.iter().all(Claim::holds)
    }
}

impl Claim {
    /// Whether no row breaks it.
    pub fn holds(&self) -> bool {
        self.times_broken == 0
    }
}

/// The table that people read.
impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for shop in &self.shops {
            writeln!(f, "{} ({})", shop.name, shop.handle)?;
            for claim in &shop.claims {
                let verdict = if claim.holds() { "holds" } else { "BROKEN" };
                writeln!(f, "  {:<3} {verdict:<6} {:>10} rows  {}", claim.id, claim.rows_checked, claim.sentence)?;
                if let Some(Broken { row, detail }) = &claim.first_broken {
                    writeln!(f, "      {row}: {detail}")?;
                }
                if claim.times_broken > 1 {
                    writeln!(f, "      and {} more like it", claim.times_broken - 1)?;
                }
            }
            writeln!(f)?;
        }
        let broken = self.shops.iter().filter(|shop| !shop.holds()).count();
        match (self.shops.len(), broken) {
            (0, _) => write!(f, "There is no shop: nothing was proved."),
            (1, 0) => write!(f, "Everything holds."),
            (shops, 0) => write!(f, "Everything holds, in all {shops} shops."),
            (shops, broken) => write!(f, "The books do not add up in {broken} of {shops} shops."),
        }
    }
}

/// The claims while they are checked.
#[derive(Default)]
pub(super) struct Findings {
    counts: [Counted; Invariant::ALL.len()],
}

#[derive(Default)]
struct Counted {
    rows_checked: u64,
    times_broken: u64,
    first_broken: Option<Broken>,
}

impl Findings {
    /// Counts one row as held against an invariant.
    pub(super) fn row(&mut self, invariant: Invariant) {
        self.of(invariant).rows_checked += 1;
    }

    /// Notes that something breaks an invariant; the first is kept by name.
    pub(super) fn broken(&mut self, invariant: Invariant, row: impl Into<String>, detail: impl Into<String>) {
        let counted = self.of(invariant);
        counted.times_broken += 1;
        counted.first_broken.get_or_insert_with(|| Broken { row: row.into(), detail: detail.into() });
    }

    pub(super) fn into_claims(self) -> Vec<Claim> {
        Invariant::ALL
            .into_iter()
            .zip(self.counts)
            .map(|(invariant, counted)| Claim {
                id: invariant.id(),
                sentence: invariant.sentence(),
                rows_checked: counted.rows_checked,
                times_broken: counted.times_broken,
                first_broken: counted.first_broken,
            })
            .collect()
    }

    fn of(&mut self, invariant: Invariant) -> &mut Counted {
        &mut self.counts[invariant as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(findings: Findings) -> Proof {
        let claims = findings.into_claims();
        let shop = ShopProof { id: ShopId(1), handle: "juniper".into(), name: "Juniper Roasters".into(), claims };
        Proof { engine: "sqlite", checked_at: Timestamp(0), shops: vec![shop] }
    }

    #[test]
    fn findings_are_kept_under_their_own_invariant() {
        for (index, invariant) in Invariant::ALL.into_iter().enumerate() {
            let mut findings = Findings::default();
            findings.broken(invariant, "variant 17", "first");
            findings.broken(invariant, "variant 18", "second");
            let claims = findings.into_claims();
            let broken: Vec<&str> = claims.iter().filter(|claim| !claim.holds()).map(|claim| claim.id).collect();
            assert_eq!(broken, [invariant.id()]);
            assert_eq!(claims[index].times_broken, 2);
            let first = Broken { row: "variant 17".into(), detail: "first".into() };
            assert_eq!(claims[index].first_broken, Some(first));
        }
    }

    #[test]
    fn the_table_names_the_first_row_and_how_many_follow() {
        let mut findings = Findings::default();
        findings.row(Invariant::I3);
        for variant in [17, 18, 19] {
            findings.broken(Invariant::I3, format!("variant {variant}"), "on_hand is 5, the movements say 4");
        }
        let table = proof(findings).to_string();
        assert!(table.starts_with("Juniper Roasters (juniper)\n  I1  holds           0 rows  What came in"), "{table}");
        assert!(table.contains("\n  I3  BROKEN          1 rows  "), "{table}");
        assert!(table.contains("\n      variant 17: on_hand is 5, the movements say 4\n      and 2 more like it\n"), "{table}");
        assert!(table.ends_with("The books do not add up in 1 of 1 shops."), "{table}");
        assert!(proof(Findings::default()).to_string().ends_with("\n\nEverything holds."));
    }
}
