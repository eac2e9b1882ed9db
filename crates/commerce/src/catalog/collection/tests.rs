//! Which products a rule takes in.

use super::*;
use crate::catalog::Variant;
use crate::{Timestamp, VariantId};
use RuleField::*;
use RuleRelation::*;

/// The tote of Juniper Roasters, in two sizes at 39.00 and 49.00.
fn tote() -> Product {
    let variants = vec![Variant::new(VariantId(1), 4_900), Variant::new(VariantId(2), 3_900)];
    Product {
        vendor: "Juniper Roasters".into(),
        product_type: "Bags".into(),
        tags: vec!["Winter".into(), "linen-new".into()],
        ..Product::new(ProductId(1), "tote-ria", "Tote “Ria” Çanta", variants, Timestamp(0))
    }
}

fn condition(field: RuleField, relation: RuleRelation, value: &str) -> RuleCondition {
    RuleCondition { field, relation, value: value.into() }
}

#[test]
fn words_are_compared_without_case_and_surrounding_space() {
    for (field, relation, value, expected) in [
        (Tag, Equals, "winter", true),
        (Tag, Equals, " WINTER ", true),
        (Tag, Equals, "linen", false),
        (Tag, Contains, "LINEN", true),
        (Tag, NotEquals, "summer", true),
        (Tag, NotEquals, "winter", false),
        (Type, Equals, "bags", true),
        (Type, NotEquals, "bags", false),
        (Type, Contains, "ag", true),
        (Vendor, Equals, "juniper roasters", true),
        (Vendor, Contains, "pine", false),
        (Title, Contains, "çanta", true),
        (Title, Contains, "ÇANTA", true),
        (Title, Equals, "tote", false),
    ] {
        assert_eq!(condition(field, relation, value).holds(&tote()), expected, "{field:?} {relation:?} {value}");
    }
}

#[test]
fn a_price_rule_looks_at_the_lowest_price_in_minor_units() {
    for (relation, value, expected) in [
        (Equals, "3900", true),
        (Equals, "4900", false),
        (NotEquals, "4900", true),
        (GreaterThan, "3899", true),
        (GreaterThan, "3900", false),
        (LessThan, "3901", true),
        (LessThan, " 3900 ", false),
        (Contains, "3900", false),
        (Equals, "39.00", false),
        (NotEquals, "cheap", false),
    ] {
        assert_eq!(condition(Price, relation, value).holds(&tote()), expected, "{relation:?} {value}");
    }
}

#[test]
fn a_product_without_variants_has_no_price_to_compare() {
    let bare = Product { variants: Vec::new(), ..tote() };
    for relation in [Equals, NotEquals, GreaterThan, LessThan] {
        assert!(!condition(Price, relation, "0").holds(&bare), "{relation:?}");
    }
}

#[test]
fn words_have_no_order() {
    for field in [Tag, Type, Vendor, Title] {
        for relation in [GreaterThan, LessThan] {
            assert!(!condition(field, relation, "a").holds(&tote()), "{field:?} {relation:?}");
        }
    }
}

#[test]
fn a_product_without_tags_has_none_of_them() {
    let plain = Product { tags: Vec::new(), ..tote() };
    assert!(condition(Tag, NotEquals, "winter").holds(&plain));
    assert!(!condition(Tag, Equals, "").holds(&plain));
}

#[test]
fn all_or_any_of_the_conditions_decide_and_no_condition_takes_nothing_in() {
    let yes = condition(Tag, Equals, "winter");
    let no = condition(Tag, Equals, "summer");
    for (conditions, all, any) in [
        (vec![], false, false),
        (vec![yes.clone()], true, true),
        (vec![no.clone()], false, false),
        (vec![yes.clone(), no.clone()], false, true),
        (vec![yes.clone(), yes], true, true),
        (vec![no.clone(), no], false, false),
    ] {
        let matches = |any| CollectionRule { any, conditions: conditions.clone() }.matches(&tote());
        assert_eq!((matches(false), matches(true)), (all, any), "{conditions:?}");
    }
}

#[test]
fn a_collection_keeps_its_rule_when_it_is_written_and_read() {
    let rule = CollectionRule { any: true, conditions: vec![condition(Price, LessThan, "5000")] };
    let text = serde_json::to_string(&CollectionKind::Rule { rule: rule.clone() }).expect("a rule is plain data");
    assert_eq!(
        text,
        r#"{"kind":"rule","rule":{"any":true,"conditions":[{"field":"price","relation":"less_than","value":"5000"}]}}"#
    );
    assert_eq!(serde_json::from_str::<CollectionKind>(&text).expect("what was written"), CollectionKind::Rule { rule });
}
