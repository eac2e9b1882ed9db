//! What a shop sells: products, their variants, and collections of products.

mod collection;
pub mod csv;
mod product;

pub use collection::{Collection, CollectionKind, CollectionRule, RuleCondition, RuleField, RuleRelation};
pub use product::{OptionAxis, Picture, Product, ProductStatus, StockPolicy, Variant, WeightUnit, handle_from_title, is_handle};
