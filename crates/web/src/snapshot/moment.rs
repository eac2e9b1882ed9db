//! A shop at one instant, as one visitor meets it: what each variant costs now, how many are left, and the words for both.

use super::{Place, Snapshot};
use crate::storefront::views::{BadgeView, CardView, PictureView, PriceView, StockView};
use crate::theme::format_instant;
use commerce::catalog::{Picture, Product, StockPolicy, Variant};
use commerce::sale::{Offer, offer};
use commerce::{FlashSaleId, MediaId, Money, Timestamp, VariantId};
use jiff::tz::TimeZone;
use std::ops::Range;

/// How long a product counts as new after it was published, minutes.
pub const NEW_FOR_MINUTES: i64 = 21 * 24 * 60;
/// What is assumed of a picture whose size is not known, so that its place on the page is kept free.
const UNKNOWN_SIZE: (u32, u32) = (800, 1000);

/// How many units are left, as last published by the order writer.
pub trait Availability: Send + Sync {
    /// Units of a variant that can still be sold; `None`: never heard of it.
    fn available(&self, variant: VariantId) -> Option<i64>;
    /// Units of a sale's offer that are not taken; `None`: nothing limits the offer, or never heard of it.
    fn sale_left(&self, sale: FlashSaleId, variant: VariantId) -> Option<i64>;
}

/// A shop at one instant.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    /// What it sells.
    pub snapshot: &'a Snapshot,
    /// What is left.
    pub availability: &'a dyn Availability,
    /// The instant.
    pub now: Timestamp,
    /// The sales that are open earlier for whoever looks.
    pub early_access: &'a [FlashSaleId],
}

/// On what terms a variant is sold at one instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Per unit, minor units.
    pub price_minor: i64,
    /// Before the reduction; only when higher.
    pub was_price_minor: Option<i64>,
    /// The sale whose price it is.
    pub sale: Option<FlashSaleId>,
    /// Not sold before this instant.
    pub opens_at: Option<Timestamp>,
    /// The price it will have then, minor units.
    pub upcoming_minor: Option<i64>,
    /// Units left; `None`: no end in sight.
    pub left: Option<i64>,
    /// Whether orders are taken although nothing is in the building.
    pub later: bool,
    /// The most one customer may buy in the sale.
    pub customer_max: Option<i64>,
}

impl Terms {
    /// Whether at least one can be bought now.
    pub fn buyable(&self) -> bool {
        self.opens_at.is_none() && self.left != Some(0)
    }
}

impl<'a> Moment<'a> {
    /// Products that shoppers see now, newest first.
    pub fn products(&self) -> impl Iterator<Item = &'a Product> {
        let snapshot = self.snapshot;
        self.places().map(move |place| snapshot.at(place))
    }

    /// The places of these.
    pub fn places(&self) -> Range<Place> {
        self.snapshot.visible(self.now)
    }

    /// What a variant costs now, and before the reduction where that is higher; minor units.
    pub fn price_now(&self, variant: &Variant) -> (i64, Option<i64>) {
        price_in(variant, &self.offer(variant))
    }

    fn offer(&self, variant: &Variant) -> Offer<'a> {
        offer(self.snapshot.sales_of(variant.id), self.early_access, variant.id, self.now)
    }

    /// On what terms a variant is sold now.
    pub fn terms(&self, variant: &Variant) -> Terms {
        let counted = variant.stock_tracked && variant.stock_policy == StockPolicy::Deny;
        let in_building = self.availability.available(variant.id).unwrap_or(0).max(0);
        let offer = self.offer(variant);
        let (price_minor, was_price_minor) = price_in(variant, &offer);
        let mut terms = Terms {
            price_minor,
            was_price_minor,
            sale: None,
            opens_at: None,
            upcoming_minor: None,
            left: counted.then_some(in_building),
            later: variant.stock_tracked && !counted && in_building == 0,
            customer_max: None,
        };
        match offer {
            Offer::Ordinary => {}
            Offer::Sale(sale, item) => {
                let offered = item.quantity_offered.map(|offered| {
                    let counted_here = (offered - item.quantity_claimed).max(0);
                    self.availability.sale_left(sale.id, variant.id).unwrap_or(counted_here).max(0)
                });
                terms.sale = Some(sale.id);
                terms.left = [terms.left, offered].into_iter().flatten().min();
                terms.customer_max = item.quantity_per_customer_max;
            }
            Offer::NotOpenYet(sale, item) => {
                terms.opens_at = Some(sale.opens_for(self.early_access));
                terms.upcoming_minor = Some(item.price_minor);
                terms.customer_max = item.quantity_per_customer_max;
            }
        }
        terms
    }

    /// How much is left of a variant, in words.
    pub fn stock(&self, terms: &Terms) -> StockView {
        let words = |level, text: String| StockView { level, text };
        match (terms.opens_at, terms.left) {
            (_, Some(0)) => words("out", "Sold out".into()),
            (Some(at), _) => words("waiting", format!("Opens {}", self.date(at, "%a %-d %b, %H:%M"))),
            (None, Some(left)) if left <= self.snapshot.shop.checkout.low_stock_from => words("low", format!("Only {left} left")),
            (None, _) if terms.later => words("later", "In stock again soon; order now".into()),
            _ => StockView::plenty(),
        }
    }

    /// How much is left of a product, all its variants together.
    pub fn product_stock(&self, product: &Product) -> StockView {
        let terms: Vec<Terms> = product.variants.iter().map(|variant| self.terms(variant)).collect();
        let mut buyable = terms.iter().filter(|terms| terms.buyable());
        let Some(first) = buyable.next() else {
            let waiting = terms.iter().find(|terms| terms.opens_at.is_some() && terms.left != Some(0));
            return self.stock(waiting.unwrap_or(&terms[0]));
        };
        let left = buyable.try_fold(first.left, |sum, terms| match (sum, terms.left) {
            (Some(sum), Some(left)) => Some(Some(i64::saturating_add(sum, left))),
            _ => None,
        });
        self.stock(&Terms { left: left.flatten(), later: terms.iter().all(|terms| terms.later), ..first.clone() })
    }

    /// Whether little of a product is left: whether [`Self::product_stock`] says `low`, without asking more than that takes.
    pub fn is_scarce(&self, product: &Product) -> bool {
        let mut sum = 0_i64;
        for variant in &product.variants {
            let terms = self.terms(variant);
            match terms.left {
                _ if !terms.buyable() => {}
                Some(left) => sum = sum.saturating_add(left),
                None => return false,
            }
            if sum > self.snapshot.shop.checkout.low_stock_from {
                return false;
            }
        }
        sum > 0
    }

    /// A price in words.
    pub fn price(&self, terms: &Terms) -> PriceView {
        PriceView {
            price: self.money(terms.price_minor),
            was: terms.was_price_minor.map(|was| self.money(was)),
            percent: percent_off(terms.price_minor, terms.was_price_minor),
            from: false,
            on_sale: terms.sale.is_some(),
            upcoming: terms.upcoming_minor.map(|minor| self.money(minor)),
        }
    }

    /// A product as a card.
    pub fn card(&self, product: &Product) -> CardView {
        let terms: Vec<Terms> = product.variants.iter().map(|variant| self.terms(variant)).collect();
        let buyable = terms.iter().any(Terms::buyable);
        let cheapest = terms
            .iter()
            .filter(|terms| !buyable || terms.buyable())
            .min_by_key(|terms| terms.price_minor)
            .expect("a product in a snapshot has a variant");
        let price =
            PriceView { from: terms.iter().any(|terms| terms.price_minor > cheapest.price_minor), ..self.price(cheapest) };
        let stock = self.product_stock(product);
        CardView {
            product: product.id.to_string(),
            url: format!("/products/{}", product.handle),
            title: product.title.clone(),
            vendor: self.shown_vendor(product).into(),
            picture: self.product_picture(product, 0),
            second_picture: self.product_picture(product, 1),
            badge: self.badge(product, &price, &stock),
            choice: choice_words(product),
            price,
            stock,
        }
    }

    fn badge(&self, product: &Product, price: &PriceView, stock: &StockView) -> Option<BadgeView> {
        let badge = |kind, text: String| Some(BadgeView { kind, text });
        let new_since = self.now.plus_minutes(-NEW_FOR_MINUTES);
        match stock.level {
            "out" => badge("out", "Sold out".into()),
            "waiting" => badge("upcoming", "Soon".into()),
            _ if price.percent > 0 => badge("sale", format!("−{}%", price.percent)),
            _ if product.published_at.is_some_and(|at| at > new_since) => badge("new", "New".into()),
            _ => None,
        }
    }

    /// Who makes a product, where that says something: not the shop itself. Empty when there is nothing to say.
    pub fn shown_vendor(&self, product: &'a Product) -> &'a str {
        let vendor = product.vendor.trim();
        if vendor.to_lowercase() == self.snapshot.shop.name.trim().to_lowercase() { "" } else { vendor }
    }

    /// The most units of a variant that one line may have now, at least 1.
    pub fn quantity_max(&self, terms: &Terms) -> u32 {
        let line_max = i64::from(self.snapshot.shop.checkout.quantity_per_line_max);
        let most = [Some(line_max), terms.left, terms.customer_max].into_iter().flatten().min().unwrap_or(line_max);
        u32::try_from(most.max(1)).unwrap_or(u32::MAX)
    }

    /// The picture of a product at a place in its list.
    pub fn product_picture(&self, product: &Product, place: usize) -> Option<PictureView> {
        product.pictures.get(place).and_then(|picture| self.picture(picture, &product.title))
    }

    /// A picture of a product; without words of its own it is described by the product's name.
    pub fn picture(&self, picture: &Picture, title: &str) -> Option<PictureView> {
        let alt = if picture.alt.is_empty() { title } else { &picture.alt };
        if let Some(view) = picture.media.and_then(|media| self.stored_picture(media, alt)) {
            return Some(view);
        }
        let is_address = picture.source_url.starts_with("https://") || picture.source_url.starts_with("http://");
        let (width, height) =
            if picture.width > 0 && picture.height > 0 { (picture.width, picture.height) } else { UNKNOWN_SIZE };
        is_address.then(|| PictureView { src: picture.source_url.clone(), srcset: String::new(), alt: alt.into(), width, height })
    }

    /// A stored picture in its sizes.
    pub fn stored_picture(&self, id: MediaId, alt: &str) -> Option<PictureView> {
        let media = self.snapshot.media(id)?;
        let address = |width: u32| format!("/media/{id}/{width}");
        let middling = media.width_for(600)?;
        let sources: Vec<String> = media.widths().map(|width| format!("{} {width}w", address(width))).collect();
        Some(PictureView {
            src: address(middling),
            srcset: if sources.len() > 1 { sources.join(", ") } else { String::new() },
            alt: alt.into(),
            width: media.width.max(1),
            height: media.height.max(1),
        })
    }

    /// An amount in the shop's currency.
    pub fn money(&self, amount_minor: i64) -> Money {
        Money::new(amount_minor, self.snapshot.shop.currency)
    }

    /// An instant in the shop's zone, in a `strftime` format.
    pub fn date(&self, at: Timestamp, format: &str) -> String {
        let zone = TimeZone::get(&self.snapshot.shop.time_zone).unwrap_or(TimeZone::UTC);
        format_instant(at, &zone, format)
    }
}

/// What a variant costs under an offer, and before the reduction where that is higher; minor units.
fn price_in(variant: &Variant, offer: &Offer<'_>) -> (i64, Option<i64>) {
    match offer {
        Offer::Ordinary | Offer::NotOpenYet(..) => {
            (variant.price_minor, variant.was_price_minor.filter(|was| *was > variant.price_minor))
        }
        Offer::Sale(_, item) => {
            let was = variant.was_price_minor.unwrap_or(0).max(variant.price_minor);
            (item.price_minor, Some(was).filter(|was| *was > item.price_minor))
        }
    }
}

/// The reduction in whole percent, rounded toward zero; zero when there is none.
pub fn percent_off(price_minor: i64, was_price_minor: Option<i64>) -> i64 {
    match was_price_minor {
        Some(was) if was > price_minor && was > 0 => {
            i64::try_from(i128::from(was - price_minor) * 100 / i128::from(was)).unwrap_or(0)
        }
        _ => 0,
    }
}

/// `3 colors`: how many values the first axis with a choice has.
fn choice_words(product: &Product) -> String {
    product
        .options
        .iter()
        .find(|axis| axis.values.len() > 1)
        .map(|axis| format!("{} {}s", axis.values.len(), axis.name.to_lowercase().trim_end_matches('s')))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::testing::{Dice, NOW, Shelf, any_shop, juniper};

    fn check(shelf: &Shelf, now: Timestamp, handle: &str, price: &str, badge: &str, words: &str) {
        let snapshot = juniper();
        let moment = Moment { snapshot: &snapshot, availability: shelf, now, early_access: &[] };
        let card = moment.card(snapshot.product(handle).expect(handle));
        assert_eq!(card.price.price.to_string(), price, "price of {handle}");
        assert_eq!(card.badge.map(|badge| badge.text).unwrap_or_default(), badge, "badge of {handle}");
        assert_eq!(card.stock.text, words, "stock words of {handle}");
    }

    #[test]
    fn prices_and_words_follow_the_sale_and_the_stock() {
        let shelf = Shelf::of(&[(1, 9), (2, 0), (3, 2)]);
        let opens_at = NOW.plus_minutes(60);
        check(&shelf, NOW, "blanket", "€189.00", "Soon", "Opens Fri 27 Nov, 11:00");
        check(&shelf, opens_at, "blanket", "€99.00", "−47%", "");
        check(&shelf, opens_at.plus_minutes(60), "blanket", "€189.00", "", "");
        check(&shelf, NOW, "tote", "€129.00", "", "Only 2 left");
        check(&Shelf::of(&[(2, 0), (3, 0)]), NOW, "tote", "€129.00", "Sold out", "Sold out");
        check(&Shelf::of(&[(1, 3)]), opens_at, "blanket", "€99.00", "−47%", "Only 3 left");
        check(&Shelf::of(&[(1, 0)]), opens_at, "blanket", "€99.00", "Sold out", "Sold out");
    }

    #[test]
    fn what_is_scarce_is_what_the_words_say() {
        for seed in 1..=5 {
            let dice = &mut Dice(seed);
            let snapshot = any_shop(dice, 60);
            let counts: Vec<(i64, i64)> = (0..240).map(|variant| (variant, dice.below(4) as i64)).collect();
            let shelf = Shelf::of(&counts);
            let moment = Moment { snapshot: &snapshot, availability: &shelf, now: NOW.plus_minutes(70), early_access: &[] };
            for product in &snapshot.products {
                assert_eq!(moment.is_scarce(product), moment.product_stock(product).level == "low", "seed {seed}: {product:?}");
            }
        }
    }

    #[test]
    fn percentages_never_promise_more_than_is_true() {
        for (price, was, expected) in [(99, Some(100), 1), (995, Some(1000), 0), (1, Some(3), 66), (5, Some(5), 0), (5, None, 0)]
        {
            assert_eq!(percent_off(price, was), expected);
        }
    }
}
