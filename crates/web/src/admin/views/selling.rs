//! Flash sales, coupons, info pages.

use super::PickerView;
use crate::admin::desk::Pages;
use crate::admin::form::Form;
use commerce::{CouponId, FlashSaleId, PageId, Timestamp, VariantId};
use serde::Serialize;

/// The list of flash sales.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SaleList {
    /// Newest first.
    pub rows: Vec<SaleRow>,
}

/// A sale in the list.
#[derive(Clone, Debug, Serialize)]
pub struct SaleRow {
    /// Which.
    pub id: FlashSaleId,
    /// Its name.
    pub name: String,
    /// Its address.
    pub handle: String,
    /// `draft`, `upcoming`, `live`, `ended` or `canceled`.
    pub state: &'static str,
    /// When it opens.
    pub opens_at: Timestamp,
    /// When it closes.
    pub closes_at: Timestamp,
    /// How many variants.
    pub items: usize,
    /// Units claimed.
    pub claimed: i64,
    /// Units offered; zero: no limit.
    pub offered: i64,
}

/// The editor of a flash sale, also for a new one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SaleEdit {
    /// The sale; `None`: a new one.
    pub id: Option<FlashSaleId>,
    /// Head of the page.
    pub title: String,
    /// Its address in the shop.
    pub handle: String,
    /// As in the list.
    pub state: &'static str,
    /// Where the form goes.
    pub action: String,
    /// As saved.
    pub opens_at: Timestamp,
    /// As saved.
    pub closes_at: Timestamp,
    /// The picture of its times.
    pub timeline: Option<SaleTimeline>,
    /// The address that gives early access; empty: the sale has none.
    pub early_link: String,
    /// Whether it is still to come, with something in it.
    pub can_be_rehearsed: bool,
    /// Whether it is over, so that something can be learned from it.
    pub can_teach: bool,
    /// A page of what is cheaper.
    pub items: Vec<SaleItemRow>,
    /// Media ids and what they show; the first is “none”.
    pub picture_choices: Vec<(String, String)>,
    /// Where this page of the items stands.
    pub items_pages: Pages,
    /// Which part of both lists is shown.
    pub view: PickerView,
    /// A page of the variants that could be added.
    pub found: Vec<VariantChoice>,
    /// Where this page stands.
    pub found_pages: Pages,
    /// All fields.
    pub form: Form,
}

/// The picture of a sale's times, 900 wide.
#[derive(Clone, Debug, Serialize)]
pub struct SaleTimeline {
    /// The same in words.
    pub text: String,
    /// Early access.
    pub early: Option<Span>,
    /// When it is open.
    pub window: Span,
    /// How long it is open.
    pub length: String,
    /// Where now is, when inside the picture.
    pub now_x: Option<f64>,
}

/// A stretch of time in the picture.
#[derive(Clone, Debug, Serialize)]
pub struct Span {
    /// Left edge.
    pub x: f64,
    /// Width.
    pub width: f64,
}

/// A variant of a sale in the editor.
#[derive(Clone, Debug, Serialize)]
pub struct SaleItemRow {
    /// Which.
    pub variant: VariantId,
    /// Its product.
    pub product_title: String,
    /// Its options.
    pub variant_title: String,
    /// Its own price.
    pub own_price_minor: i64,
    /// Units that can be sold.
    pub available: String,
    /// Units claimed in this sale.
    pub claimed: i64,
}

/// A variant that can be chosen.
#[derive(Clone, Debug, Serialize)]
pub struct VariantChoice {
    /// Which.
    pub variant: VariantId,
    /// Its product.
    pub product_title: String,
    /// Its options.
    pub variant_title: String,
    /// Its own price.
    pub own_price_minor: i64,
    /// Whether it is chosen already.
    pub is_in: bool,
}

/// The list of coupons.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CouponList {
    /// All of them.
    pub rows: Vec<CouponRow>,
}

/// A coupon in the list.
#[derive(Clone, Debug, Serialize)]
pub struct CouponRow {
    /// Which.
    pub id: CouponId,
    /// What is typed.
    pub code: String,
    /// What it gives.
    pub worth: String,
    /// The least value of goods.
    pub minimum_minor: i64,
    /// `active`, `upcoming`, `ended` or `off`.
    pub state: &'static str,
    /// How often it was used.
    pub uses_claimed: i64,
    /// The most uses.
    pub uses_max: Option<i64>,
    /// Until when.
    pub ends_at: Option<Timestamp>,
}

/// The editor of a coupon, also for a new one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CouponEdit {
    /// The coupon; `None`: a new one.
    pub id: Option<CouponId>,
    /// Head of the page.
    pub title: String,
    /// Where the form goes.
    pub action: String,
    /// All fields.
    pub form: Form,
}

/// The list of info pages.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PageList {
    /// All of them.
    pub rows: Vec<PageRow>,
}

/// An info page in the list.
#[derive(Clone, Debug, Serialize)]
pub struct PageRow {
    /// Which.
    pub id: PageId,
    /// Its name.
    pub title: String,
    /// Its address.
    pub handle: String,
    /// Whether shoppers see it.
    pub published: bool,
    /// Last change.
    pub updated_at: Timestamp,
}

/// The editor of an info page, also for a new one.
#[derive(Clone, Debug, Default, Serialize)]
pub struct PageEdit {
    /// The page; `None`: a new one.
    pub id: Option<PageId>,
    /// Head of the page.
    pub title: String,
    /// Its address in the shop.
    pub handle: String,
    /// Where the form goes.
    pub action: String,
    /// Cleaned HTML of the text.
    pub preview_html: String,
    /// All fields.
    pub form: Form,
}
