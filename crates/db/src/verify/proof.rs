//! What was proved and what was not, for people (a table) and for machines (JSON).

use super::invariant::Invariant;
use commerce::{OrderId, ShopId, Timestamp, VariantId};
use serde::{Deserialize, Serialize};
use std::fmt;

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
    /// One for each of [`Invariant::ALL`]; after them those of [`Invariant::OF_RECEIPTS`], where receipts were looked at.
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
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<&'static str>,
}

/// A row that breaks a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Broken {
    /// Which: `variant 17, movement 4`.
    pub row: String,
    /// How, with the numbers.
    pub detail: String,
    /// The order it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The variant it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantId>,
}

/// A row by name, and where a seller can look at it.
pub(super) struct Named {
    row: String,
    order: Option<OrderId>,
    variant: Option<VariantId>,
}

impl<T: Into<String>> From<T> for Named {
    fn from(row: T) -> Self {
        Self { row: row.into(), order: None, variant: None }
    }
}

impl Named {
    /// A row that belongs to an order.
    pub(super) fn of_order(id: i64, row: impl Into<String>) -> Self {
        Self { order: Some(OrderId(id)), ..Self::from(row) }
    }

    /// A row that belongs to a variant.
    pub(super) fn of_variant(id: i64, row: impl Into<String>) -> Self {
        Self { variant: Some(VariantId(id)), ..Self::from(row) }
    }
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
                if let Some(Broken { row, detail, .. }) = &claim.first_broken {
                    writeln!(f, "      {row}: {detail}")?;
                }
                if claim.times_broken > 1 {
                    writeln!(f, "      and {} more like it", claim.times_broken - 1)?;
                }
                if let Some(advice) = claim.advice {
                    writeln!(f, "      {advice}")?;
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
    counts: [Counted; Invariant::ALL.len() + Invariant::OF_RECEIPTS.len()],
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
    pub(super) fn broken(&mut self, invariant: Invariant, row: impl Into<Named>, detail: impl Into<String>) {
        let counted = self.of(invariant);
        counted.times_broken += 1;
        counted.first_broken.get_or_insert_with(|| {
            let Named { row, order, variant } = row.into();
            Broken { row, detail: detail.into(), order, variant }
        });
    }

    /// What was found about these.
    pub(super) fn claims(&self, invariants: &[Invariant]) -> Vec<Claim> {
        let claim = |invariant: &Invariant| {
            let counted = &self.counts[*invariant as usize];
            Claim {
                id: invariant.id(),
                sentence: invariant.sentence(),
                rows_checked: counted.rows_checked,
                times_broken: counted.times_broken,
                advice: counted.first_broken.is_some().then_some(invariant.advice()),
                first_broken: counted.first_broken.clone(),
            }
        };
        invariants.iter().map(claim).collect()
    }

    fn of(&mut self, invariant: Invariant) -> &mut Counted {
        &mut self.counts[invariant as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proof(findings: Findings) -> Proof {
        let claims = findings.claims(&Invariant::ALL);
        let shop = ShopProof { id: ShopId(1), handle: "juniper".into(), name: "Juniper Roasters".into(), claims };
        Proof { engine: "sqlite", checked_at: Timestamp(0), shops: vec![shop] }
    }

    #[test]
    fn findings_are_kept_under_their_own_invariant() {
        let all: Vec<Invariant> = Invariant::ALL.into_iter().chain(Invariant::OF_RECEIPTS).collect();
        for (index, invariant) in all.iter().copied().enumerate() {
            let mut findings = Findings::default();
            findings.broken(invariant, "variant 17", "first");
            findings.broken(invariant, "variant 18", "second");
            let claims = findings.claims(&all);
            let broken: Vec<&str> = claims.iter().filter(|claim| !claim.holds()).map(|claim| claim.id).collect();
            assert_eq!(broken, [invariant.id()]);
            assert_eq!(claims[index].times_broken, 2);
            let first = Broken { row: "variant 17".into(), detail: "first".into(), order: None, variant: None };
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
        assert!(table.contains("compare with the latest backup"), "{table}");
        assert!(table.ends_with("The books do not add up in 1 of 1 shops."), "{table}");
        assert!(proof(Findings::default()).to_string().ends_with("\n\nEverything holds."));
    }
}
