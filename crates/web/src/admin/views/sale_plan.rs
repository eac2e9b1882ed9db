//! The plan editor beside a sale, and what a sale has taught.

use crate::admin::form::Form;
use commerce::FlashSaleId;
use serde::Serialize;

/// The plan editor.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SalePlan {
    /// Of which sale.
    pub id: Option<FlashSaleId>,
    /// What it is called.
    pub sale: String,
    /// As in the list of sales.
    pub state: &'static str,
    /// When it opens, in words, in `zone`.
    pub opens: String,
    /// When it closes.
    pub closes: String,
    /// From when those may buy who were invited; empty: nobody is.
    pub early_access: String,
    /// ISO code of the plan's currency.
    pub currency: String,
    /// IANA zone in which times are typed.
    pub zone: String,
    /// The channels of the form.
    pub channels: Vec<PlanChannel>,
    /// The figures of visits and shoppers.
    pub figures: Vec<FigureView>,
    /// What may sell out.
    pub items: Vec<PlanItem>,
    /// Whether the list of items is open: it is short, or something in it is wrong.
    pub items_are_open: bool,
    /// What is to be known about the plan that is changed.
    pub facts: PlanFacts,
    /// The text of the plan that is kept with the sale; empty: none is.
    pub kept: String,
    /// What follows from the form, if it is right.
    pub drawn: Option<Drawn>,
    /// Why the kept plan cannot be edited here; empty where it can.
    pub unreadable: String,
    /// Where the plan in the form differs from one that was kept meanwhile.
    pub differences: Vec<PlanDifference>,
    /// The text of the one that was kept meanwhile; empty: none was.
    pub theirs: String,
    /// The field that is to be typed in next.
    pub focus: String,
    /// Whether the form has what is not kept yet.
    pub is_unsaved: bool,
    /// All fields.
    pub form: Form,
}

/// A channel of the form.
#[derive(Clone, Debug, Serialize)]
pub struct PlanChannel {
    /// How many waves it has.
    pub waves: usize,
    /// How soon people may come: as sent, and in words.
    pub delays: Vec<(&'static str, String)>,
    /// What is taken for its click rate where none is typed; empty: one has to be.
    pub learned: String,
}

/// A figure that is asked for.
#[derive(Clone, Debug, Serialize)]
pub struct FigureView {
    /// The field.
    pub name: &'static str,
    /// What it is.
    pub label: &'static str,
    /// What it is counted in; may be empty.
    pub unit: String,
    /// What is taken where nothing is typed, and who says so.
    pub help: String,
}

/// An item of the form.
#[derive(Clone, Debug, Serialize)]
pub struct PlanItem {
    /// What it is called.
    pub name: String,
}

/// What is to be known about a plan before it is changed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PlanFacts {
    /// Its times are not those of the sale.
    pub has_other_times: bool,
    /// Its zone, where that is not the shop's.
    pub other_zone: String,
    /// Its currency, where that is not the shop's.
    pub other_currency: String,
    /// Its tables that are not edited here.
    pub not_edited: String,
    /// The sale has taught something by it.
    pub has_taught: bool,
}

/// A forecast on the page.
#[derive(Clone, Debug, Serialize)]
pub struct Drawn {
    /// What will happen, in a sentence.
    pub headline: String,
    /// What that means.
    pub meaning: Vec<String>,
    /// Charts, as HTML.
    pub charts: String,
    /// Tables, as HTML.
    pub tables: String,
    /// How often the sale was played.
    pub draws: u32,
    /// Whether that is less often than for one that is kept.
    pub is_preview: bool,
}

/// A field in which two plans differ.
#[derive(Clone, Debug, Serialize)]
pub struct PlanDifference {
    /// Which.
    pub field: String,
    /// As it is kept.
    pub theirs: String,
    /// As it was typed.
    pub mine: String,
}

/// What a sale has taught, or can teach.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SaleLesson {
    /// Of which sale.
    pub id: Option<FlashSaleId>,
    /// What it is called.
    pub sale: String,
    /// Why nothing can be learned now; empty where it can.
    pub obstacle: String,
    /// Whether a plan would help.
    pub needs_plan: bool,
    /// How far the plan was off, and is with what was learned; empty: nothing was learned yet.
    pub said: String,
    /// Each value as it was planned and as it fits, as HTML.
    pub table: String,
}
