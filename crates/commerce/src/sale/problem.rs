//! What is wrong with a flash sale as a seller wrote it. What is right but unwise (nothing in the sale, a price above the
//! ordinary one) is not here: the desk warns of that and lets the seller decide.

use super::FlashSale;
use crate::catalog::is_handle;
use crate::{Money, VariantId};
use std::collections::HashSet;

/// Why a flash sale cannot be saved. Each belongs to one field of the form: see [`Self::field`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlashSaleProblem {
    /// It has no name.
    NoName,
    /// Its handle cannot stand in an address.
    BadHandle,
    /// It closes when or before it opens.
    ClosesBeforeOpening,
    /// Early access begins when or after everyone may buy.
    EarlyAccessNotEarly,
    /// A sale price is below zero or above what a price can be.
    BadPrice(VariantId),
    /// The quantity offered is not one or more.
    BadQuantityOffered(VariantId),
    /// The limit for one customer is not one or more.
    BadQuantityPerCustomer(VariantId),
    /// A variant is in the sale more than once.
    DuplicateVariant(VariantId),
}

impl FlashSaleProblem {
    /// The field of [`FlashSale`] or of its item that the seller has to change.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NoName => "name",
            Self::BadHandle => "handle",
            Self::ClosesBeforeOpening => "closes_at",
            Self::EarlyAccessNotEarly => "early_access_at",
            Self::BadPrice(_) => "price_minor",
            Self::BadQuantityOffered(_) => "quantity_offered",
            Self::BadQuantityPerCustomer(_) => "quantity_per_customer_max",
            Self::DuplicateVariant(_) => "variant",
        }
    }

    /// The variant whose item it is; `None`: a field of the sale itself.
    pub const fn variant(self) -> Option<VariantId> {
        match self {
            Self::NoName | Self::BadHandle | Self::ClosesBeforeOpening | Self::EarlyAccessNotEarly => None,
            Self::BadPrice(variant)
            | Self::BadQuantityOffered(variant)
            | Self::BadQuantityPerCustomer(variant)
            | Self::DuplicateVariant(variant) => Some(variant),
        }
    }

    /// What the seller reads beside the field.
    pub const fn message(self) -> &'static str {
        match self {
            Self::NoName => "Give the sale a name.",
            Self::BadHandle => "Use lower-case letters, digits and hyphens, such as winter-sale.",
            Self::ClosesBeforeOpening => "The sale has to close after it opens.",
            Self::EarlyAccessNotEarly => "Early access has to begin before the sale opens for everyone.",
            Self::BadPrice(_) => "The price has to be zero or more, and no larger than prices can be.",
            Self::BadQuantityOffered(_) => "Offer one unit or more, or leave it empty to offer all there are.",
            Self::BadQuantityPerCustomer(_) => "Allow one unit or more, or leave it empty for no limit.",
            Self::DuplicateVariant(_) => "This variant is in the sale twice.",
        }
    }
}

impl FlashSale {
    /// Everything that is wrong with the sale as written, in the order of its fields and items. Empty: it can be saved.
    pub fn problems(&self) -> Vec<FlashSaleProblem> {
        use FlashSaleProblem::*;
        let mut problems = Vec::new();
        let mut note = |wrong: bool, problem: FlashSaleProblem| problems.extend(wrong.then_some(problem));

        note(self.name.trim().is_empty(), NoName);
        note(!is_handle(&self.handle), BadHandle);
        note(self.early_access_at.is_some_and(|early| early >= self.opens_at), EarlyAccessNotEarly);
        note(self.closes_at <= self.opens_at, ClosesBeforeOpening);

        let mut seen = HashSet::new();
        for item in &self.items {
            note(!seen.insert(item.variant), DuplicateVariant(item.variant));
            note(!(0..=Money::INPUT_MINOR_MAX).contains(&item.price_minor), BadPrice(item.variant));
            note(item.quantity_offered.is_some_and(|units| units < 1), BadQuantityOffered(item.variant));
            note(item.quantity_per_customer_max.is_some_and(|units| units < 1), BadQuantityPerCustomer(item.variant));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{BAG, FILTER, item, winter_sale};
    use super::FlashSaleProblem::*;
    use super::*;

    fn check(spoil: impl FnOnce(&mut FlashSale), expected: &[FlashSaleProblem]) {
        let mut sale = winter_sale();
        spoil(&mut sale);
        assert_eq!(sale.problems(), expected);
    }

    #[test]
    fn a_sale_in_order_has_no_problem() {
        check(|_| {}, &[]);
        check(|sale| sale.items.clear(), &[]);
        check(|sale| sale.early_access_at = None, &[]);
        check(|sale| sale.items[0].price_minor = 0, &[]);
        check(|sale| sale.items[0].quantity_offered = Some(1), &[]);
    }

    #[test]
    fn each_mistake_is_named_with_its_field() {
        check(|sale| sale.name = "  ".into(), &[NoName]);
        check(|sale| sale.handle = "Winter Sale".into(), &[BadHandle]);
        check(|sale| sale.closes_at = sale.opens_at, &[ClosesBeforeOpening]);
        check(|sale| sale.early_access_at = Some(sale.opens_at), &[EarlyAccessNotEarly]);
        check(|sale| sale.items[0].price_minor = -1, &[BadPrice(BAG)]);
        check(|sale| sale.items[0].price_minor = Money::INPUT_MINOR_MAX + 1, &[BadPrice(BAG)]);
        check(|sale| sale.items[0].quantity_offered = Some(0), &[BadQuantityOffered(BAG)]);
        check(|sale| sale.items[1].quantity_per_customer_max = Some(-3), &[BadQuantityPerCustomer(FILTER)]);
        check(|sale| sale.items.push(item(BAG, 1)), &[DuplicateVariant(BAG)]);
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        check(
            |sale| {
                sale.closes_at = sale.opens_at;
                sale.items = vec![item(BAG, -1), item(BAG, -2)];
            },
            &[ClosesBeforeOpening, BadPrice(BAG), DuplicateVariant(BAG), BadPrice(BAG)],
        );
    }

    #[test]
    fn a_problem_of_an_item_leads_to_its_row() {
        assert_eq!((BadPrice(BAG).field(), BadPrice(BAG).variant()), ("price_minor", Some(BAG)));
        assert_eq!((ClosesBeforeOpening.field(), ClosesBeforeOpening.variant()), ("closes_at", None));
    }
}
