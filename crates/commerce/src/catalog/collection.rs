//! Collections: products grouped by hand or by a rule over tag, type, vendor, title and price.

use super::Product;
use crate::{CollectionId, MediaId, ProductId};
use serde::{Deserialize, Serialize};

/// A group of products with its own page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection {
    /// The row's id.
    pub id: CollectionId,
    /// Unique in the shop, in the address of its page.
    pub handle: String,
    /// Its name.
    pub title: String,
    /// Cleaned HTML.
    pub description_html: String,
    /// A picture for the head of the page and for cards that lead to it.
    pub picture: Option<MediaId>,
    /// Title for search engines; empty: the collection's own.
    pub seo_title: String,
    /// Description for search engines; empty: made from the collection's own.
    pub seo_description: String,
    /// Whether shoppers see it.
    pub published: bool,
    /// Order among the collections, small first.
    pub position: i64,
    /// How its products are chosen.
    pub kind: CollectionKind,
}

/// How a collection's products are chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CollectionKind {
    /// By hand, in this order.
    Manual {
        /// The chosen products.
        products: Vec<ProductId>,
    },
    /// By rule.
    Rule {
        /// The rule.
        rule: CollectionRule,
    },
}

/// A product belongs when all (or any) of the conditions hold. No condition: nothing belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectionRule {
    /// Whether one true condition is enough.
    pub any: bool,
    /// The conditions.
    pub conditions: Vec<RuleCondition>,
}

/// One condition of a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleCondition {
    /// What is looked at.
    pub field: RuleField,
    /// How it is compared.
    pub relation: RuleRelation,
    /// With what: a word, or for prices an amount in minor units.
    pub value: String,
}

/// What a condition looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleField {
    /// Any of the product's tags.
    Tag,
    /// The product's type.
    Type,
    /// The product's vendor.
    Vendor,
    /// The product's title.
    Title,
    /// The lowest price of its variants, minor units, without any sale.
    Price,
}

/// How a condition compares. Texts are compared without regard to upper and lower case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleRelation {
    /// The same.
    Equals,
    /// Not the same.
    NotEquals,
    /// Texts: contains. Prices: never true.
    Contains,
    /// Prices: more than. Texts: never true.
    GreaterThan,
    /// Prices: less than. Texts: never true.
    LessThan,
}

impl CollectionRule {
    /// Whether the product belongs.
    pub fn matches(&self, product: &Product) -> bool {
        let mut verdicts = self.conditions.iter().map(|condition| condition.holds(product));
        match (self.conditions.is_empty(), self.any) {
            (true, _) => false,
            (false, true) => verdicts.any(|verdict| verdict),
            (false, false) => verdicts.all(|verdict| verdict),
        }
    }
}

impl RuleCondition {
    fn holds(&self, product: &Product) -> bool {
        match self.field {
            RuleField::Tag => match self.relation {
                RuleRelation::NotEquals => !product.tags.iter().any(|tag| same_word(tag, &self.value)),
                _ => product.tags.iter().any(|tag| self.text_holds(tag)),
            },
            RuleField::Type => self.text_holds(&product.product_type),
            RuleField::Vendor => self.text_holds(&product.vendor),
            RuleField::Title => self.text_holds(&product.title),
            RuleField::Price => self.price_holds(product),
        }
    }

    fn text_holds(&self, text: &str) -> bool {
        match self.relation {
            RuleRelation::Equals => same_word(text, &self.value),
            RuleRelation::NotEquals => !same_word(text, &self.value),
            RuleRelation::Contains => text.to_lowercase().contains(&self.value.to_lowercase()),
            RuleRelation::GreaterThan | RuleRelation::LessThan => false,
        }
    }

    fn price_holds(&self, product: &Product) -> bool {
        let lowest = product.variants.iter().map(|variant| variant.price_minor).min();
        let (Some(lowest), Ok(bound)) = (lowest, self.value.trim().parse::<i64>()) else { return false };
        match self.relation {
            RuleRelation::Equals => lowest == bound,
            RuleRelation::NotEquals => lowest != bound,
            RuleRelation::GreaterThan => lowest > bound,
            RuleRelation::LessThan => lowest < bound,
            RuleRelation::Contains => false,
        }
    }
}

fn same_word(left: &str, right: &str) -> bool {
    left.trim().to_lowercase() == right.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
