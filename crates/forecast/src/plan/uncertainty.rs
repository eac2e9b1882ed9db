//! How far each input of a plan may be off, and who says so.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a plan assumes and nobody knows beforehand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Input {
    /// How many of a list are reached, of all channels alike.
    Reach,
    /// How many of those come, of all channels alike.
    ClickRate,
    /// How soon half of them have come.
    DelayMedian,
    /// How much sooner and later the others come.
    DelaySigma,
    /// How many visits follow from a visit.
    Sharing,
    /// How many come anyway.
    Traffic,
    /// How long a visit is.
    VisitMinutes,
    /// How many pages a visit has.
    Pages,
    /// How many visits end in an order.
    Conversion,
    /// What an order is worth.
    OrderValue,
    /// How many units are in an order.
    UnitsPerOrder,
    /// How many pages do not come from memory.
    DynamicShare,
}

/// How far an input may be off where a plan does not say, and why.
struct Range {
    input: Input,
    times: f64,
    source: &'static str,
}

const RANGES: [Range; 12] = [
    Range { input: Input::Reach, times: 1.03, source: "assumed: 94 to 100 % of a tended list is delivered" },
    Range {
        input: Input::ClickRate,
        times: 1.3,
        source: "shops average 1.7 to 2.2 % of delivered mail (trypropel 2026, citing Klaviyo); a single mailing varies more",
    },
    Range {
        input: Input::DelayMedian,
        times: 1.4,
        source: "six studies of mail differ by up to 10 percentage points from one curve (MailerMailer to Experian, 2012)",
    },
    Range { input: Input::DelaySigma, times: 1.1, source: "the same six studies" },
    Range { input: Input::Sharing, times: 1.5, source: "assumed: no study is known" },
    Range { input: Input::Traffic, times: 1.25, source: "assumed: the shop's own statistics know better" },
    Range { input: Input::VisitMinutes, times: 1.6, source: "2 to 3 minutes are typical, 3 to 5 in fashion (peasy, opensend)" },
    Range { input: Input::Pages, times: 1.3, source: "assumed: the shop's own statistics know better" },
    Range {
        input: Input::Conversion,
        times: 1.45,
        source: "1.9 to 4 % fit the case study's figures; 1 to 2 % are typical without a sale",
    },
    Range { input: Input::OrderValue, times: 1.15, source: "assumed: the shop's past orders know better" },
    Range { input: Input::UnitsPerOrder, times: 1.15, source: "assumed: the shop's past orders know better" },
    Range { input: Input::DynamicShare, times: 1.5, source: "assumed: a load test knows better" },
];

impl Input {
    /// All of them, in the order in which they are shown.
    pub fn all() -> impl ExactSizeIterator<Item = Self> {
        RANGES.iter().map(|range| range.input)
    }

    /// What it is called on a page.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reach => "People reached",
            Self::ClickRate => "Click rate",
            Self::DelayMedian => "How soon people come",
            Self::DelaySigma => "How evenly people come",
            Self::Sharing => "Sharing and second visits",
            Self::Traffic => "Traffic without the sale",
            Self::VisitMinutes => "Length of a visit",
            Self::Pages => "Pages of a visit",
            Self::Conversion => "Conversion",
            Self::OrderValue => "Order value",
            Self::UnitsPerOrder => "Units in an order",
            Self::DynamicShare => "Pages not from memory",
        }
    }

    fn range(self) -> &'static Range {
        RANGES.iter().find(|range| range.input == self).expect("every input has a range, as a test proves")
    }
}

/// `[uncertainty]`: by what factor inputs may be off to either side: 1.25 is from 0.8 times to 1.25 times what the plan says.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Uncertainty {
    told: BTreeMap<Input, f64>,
}

impl Uncertainty {
    /// By what factor this input may be off, 1 or more.
    pub fn times(&self, input: Input) -> f64 {
        self.told.get(&input).copied().unwrap_or(input.range().times)
    }

    /// Who says so.
    pub fn source(&self, input: Input) -> &'static str {
        if self.told.contains_key(&input) { "the plan" } else { input.range().source }
    }

    /// What the plan itself says.
    pub(super) fn told(&self) -> impl Iterator<Item = (Input, f64)> {
        self.told.iter().map(|(input, times)| (*input, *times))
    }
}
