//! The case study: its table as it was published, and the plan that explains each of its two sales.

use forecast::MarketingPlan;
use forecast::plan::{DECEMBER, NOVEMBER};
use serde::Serialize;

/// A sale of the case study that can be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum StudySale {
    /// 25 November 2011: a day of early access, then everybody; mail in two waves
    BlackFriday,
    /// 27 December 2011: five days, open to everybody, one mail to all at once
    AfterChristmas,
}

/// A row of the published table, in its own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Published {
    /// The sale.
    pub sale: &'static str,
    /// How many days it lasted.
    pub days: &'static str,
    /// What was sold.
    pub revenue: &'static str,
    /// Users at once at the peak.
    pub users: &'static str,
    /// Orders within the busiest five minutes.
    pub orders_in_5_minutes: &'static str,
    /// Revenue of the best day.
    pub best_day: &'static str,
    /// What went wrong.
    pub incidents: &'static str,
    /// How often somebody had to step in.
    pub by_hand: &'static str,
}

/// What the case study does not say.
pub const NOT_SAID: &str = "–";

/// The table, in its order.
pub const PUBLISHED: [Published; 3] = [
    Published {
        sale: "Old platform, published",
        days: "3",
        revenue: "$2.5M",
        users: "96,000, down",
        orders_in_5_minutes: NOT_SAID,
        best_day: NOT_SAID,
        incidents: "crashes",
        by_hand: NOT_SAID,
    },
    Published {
        sale: "25 Nov 2011, published",
        days: "3",
        revenue: "$4.5M",
        users: "110,000+",
        orders_in_5_minutes: "400",
        best_day: NOT_SAID,
        incidents: "none",
        by_hand: "0",
    },
    Published {
        sale: "27 Dec 2011, published",
        days: "5",
        revenue: "$7.6M",
        users: "150,000+",
        orders_in_5_minutes: NOT_SAID,
        best_day: "$3M",
        incidents: "none",
        by_hand: "0",
    },
];

impl StudySale {
    /// What it is called on the command line.
    pub const fn handle(self) -> &'static str {
        match self {
            Self::BlackFriday => "black-friday",
            Self::AfterChristmas => "after-christmas",
        }
    }

    /// When it began, as a table says it.
    pub const fn date(self) -> &'static str {
        match self {
            Self::BlackFriday => "25 Nov 2011",
            Self::AfterChristmas => "27 Dec 2011",
        }
    }

    /// Who is expected.
    pub fn plan(self) -> MarketingPlan {
        let (text, file) = match self {
            Self::BlackFriday => (NOVEMBER, "november.toml"),
            Self::AfterChristmas => (DECEMBER, "december.toml"),
        };
        MarketingPlan::parse(text, file).expect("it comes with the program")
    }
}
