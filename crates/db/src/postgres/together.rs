//! Turns a statement for one row into the same statement for many, whose parameters are arrays.
//!
//! Each query is written once, for one row. Sent a thousand times over, even without waiting for each answer, PostgreSQL spends
//! most of its time on the messages; with `unnest` it is one message. Every parameter becomes a column of `unnest`, also `$1`,
//! the shop, although it is the same for all: were it a constant, a plan that was made while a table was empty could go through
//! all of the shop's rows instead of looking each one up by its key.

use tokio_postgres::types::Type;

/// A statement that changes rows: `INSERT ... VALUES (...)`, `UPDATE ... WHERE` or `DELETE FROM ... WHERE`. `None`: it cannot be
/// turned.
///
/// Several rows for the same target would count once: whoever calls gives each target one row, and the number of rows touched
/// tells when that was not so.
pub(super) fn changes(text: &str, kinds: &[Type]) -> Option<String> {
    let source = source(kinds)?;
    let words = text.trim_start();
    if words.starts_with("INSERT") {
        let (head, rest) = text.split_once("VALUES (")?;
        let (row, tail) = rest.split_at(closing(rest)?);
        Some(format!("{head}SELECT {} FROM {source}{}", with_columns(row), with_columns(&tail[1..])))
    } else if words.starts_with("UPDATE") {
        let (head, condition) = text.split_once("WHERE ")?;
        Some(format!("{} FROM {source} WHERE {}", with_columns(head.trim_end()), with_columns(condition)))
    } else if words.starts_with("DELETE") {
        let (head, condition) = text.split_once("WHERE ")?;
        Some(format!("{} USING {source} WHERE {}", head.trim_end(), with_columns(condition)))
    } else {
        None
    }
}

/// A statement that answers with rows; the last column of the new answer is the place of the parameters, counted from 1. Rows
/// are locked, where the statement locks them, in the order of the parameters.
pub(super) fn answers(text: &str, kinds: &[Type]) -> Option<String> {
    let source = source(kinds)?;
    text.trim_start().starts_with("SELECT").then(|| {
        format!("SELECT one.*, many.place FROM {source} CROSS JOIN LATERAL ({}) AS one ORDER BY many.place", with_columns(text))
    })
}

/// `unnest($1::BIGINT[], $2::TEXT[], ...) WITH ORDINALITY AS many(p1, p2, ..., place)`; `None` when nothing follows the shop.
fn source(kinds: &[Type]) -> Option<String> {
    let mut arrays = Vec::with_capacity(kinds.len());
    let mut columns = Vec::with_capacity(kinds.len());
    for (number, kind) in (1..).zip(kinds) {
        let array = match *kind {
            Type::INT8 => "BIGINT",
            Type::FLOAT8 => "DOUBLE PRECISION",
            Type::TEXT => "TEXT",
            Type::BYTEA => "BYTEA",
            _ => return None,
        };
        arrays.push(format!("${number}::{array}[]"));
        columns.push(format!("p{number}"));
    }
    (kinds.len() > 1).then(|| format!("unnest({}) WITH ORDINALITY AS many({}, place)", arrays.join(", "), columns.join(", ")))
}

/// `$3` as `many.p3`.
fn with_columns(text: &str) -> String {
    let mut rewritten = String::with_capacity(text.len() + 64);
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        let digits = after.len() - after.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
        let (number, after) = after.split_at(digits);
        rewritten.push_str(before);
        rewritten.extend(["many.p", number]);
        rest = after;
    }
    rewritten.push_str(rest);
    rewritten
}

/// Where the parenthesis closes that was opened just before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    text.char_indices().find_map(|(at, letter)| {
        match letter {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KINDS: [Type; 3] = [Type::INT8, Type::INT8, Type::TEXT];
    const SOURCE: &str = "unnest($1::BIGINT[], $2::BIGINT[], $3::TEXT[]) WITH ORDINALITY AS many(p1, p2, p3, place)";

    #[test]
    fn one_row_becomes_many() {
        let insert =
            changes("INSERT INTO t (shop_id, id, word, n) VALUES ($1, $2, lower($3), 0) ON CONFLICT (id) DO NOTHING", &KINDS);
        let row = "SELECT many.p1, many.p2, lower(many.p3), 0";
        let expected = format!("INSERT INTO t (shop_id, id, word, n) {row} FROM {SOURCE} ON CONFLICT (id) DO NOTHING");
        assert_eq!(insert, Some(expected));

        let update = changes("UPDATE t SET word = $3 WHERE shop_id = $1 AND id = $2", &KINDS);
        assert_eq!(update, Some(format!("UPDATE t SET word = many.p3 FROM {SOURCE} WHERE shop_id = many.p1 AND id = many.p2")));

        let select = answers("SELECT id FROM t WHERE shop_id = $1 AND id = $2 AND word = $3 FOR UPDATE", &KINDS);
        let inner = "SELECT id FROM t WHERE shop_id = many.p1 AND id = many.p2 AND word = many.p3 FOR UPDATE";
        let outer = format!("SELECT one.*, many.place FROM {SOURCE} CROSS JOIN LATERAL ({inner}) AS one ORDER BY many.place");
        assert_eq!(select, Some(outer));
    }

    #[test]
    fn what_has_no_arrays_is_left_alone() {
        assert_eq!(changes("UPDATE t SET n = 1 WHERE shop_id = $1", &KINDS[..1]), None);
        assert_eq!(answers("WITH t AS (SELECT 1) SELECT * FROM t WHERE id = $2", &KINDS), None);
    }
}
