//! What a step has to reach, as a TOML file; `objectives.toml` beside this file explains it.

use crate::report::data::Objectives;
use crate::written::{self, Check, Shipped, Unusable};

const SHIPPED: [Shipped; 1] = [Shipped { name: "default", text: include_str!("objectives.toml") }];

impl Objectives {
    /// The ones of this file; `default` are the ones that come with the program.
    ///
    /// # Errors
    /// When there is no such file, or it is not right.
    pub fn find(name: &str) -> Result<Self, Unusable> {
        let (text, file) = written::text_of(name, &SHIPPED)?;
        Self::parse(&text, &file)
    }

    /// Reads objectives; `file` is what messages call it.
    ///
    /// # Errors
    /// When they are not right: the message names the field and what is allowed.
    pub fn parse(text: &str, file: &str) -> Result<Self, Unusable> {
        let objectives: Self = written::parse(text, file)?;
        let check = Check { file };
        check.positive("page_p95_ms", objectives.page_p95_ms)?;
        check.positive("page_p99_ms", objectives.page_p99_ms)?;
        check.positive("pay_p99_ms", objectives.pay_p99_ms)?;
        // At 0 the bound would be reached without a single error.
        let is_share = objectives.errors > 0.0 && objectives.errors <= 1.0;
        check.that(is_share, "errors", objectives.errors, "above 0 and at most 1, as a share: 0.001 is one in a thousand")?;
        Ok(objectives)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_that_explains_them_has_the_values_that_hold_without_one() {
        assert_eq!(Objectives::find("default").expect("it comes with the program"), Objectives::default());
        assert_eq!(Objectives::parse("", "empty.toml").expect("nothing has to be written"), Objectives::default());
    }

    #[test]
    fn a_mistake_is_told_with_the_file_the_field_and_what_is_allowed() {
        for (text, parts) in [
            ("page_p95_ms = 0", ["own.toml", "page_p95_ms is 0", "above 0"]),
            ("errors = 0.0", ["own.toml", "errors is 0", "above 0 and at most 1"]),
            ("errors = 5", ["own.toml", "errors is 5", "above 0 and at most 1"]),
            ("page_p90_ms = 5", ["own.toml", "unknown field `page_p90_ms`", "`page_p95_ms`"]),
        ] {
            let told = Objectives::parse(text, "own.toml").expect_err("it is not right").to_string();
            assert!(parts.iter().all(|part| told.contains(part)), "{told}");
        }
    }
}
