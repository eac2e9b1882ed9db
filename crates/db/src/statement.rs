//! A statement: its text for both engines, and whether it belongs to one shop.
//!
//! The text is written once with PostgreSQL's `$1, $2`. SQLite reads `$1` as a *name* and binds in order of appearance, so `$2,
//! $1` would silently swap; its spelling `?1` is made from the text by the compiler, at no cost at run time.

/// A statement about one shop. `$1` is that shop: every verb that takes a `ShopSql` takes the shop first and binds it itself.
#[derive(Clone, Copy, Debug)]
pub struct ShopSql {
    pub(crate) text: Text,
}

/// A statement about the platform: migrations, the list of shops, jobs that look for work in every shop.
#[derive(Clone, Copy, Debug)]
pub struct PlatformSql {
    pub(crate) text: Text,
}

/// Both spellings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Text {
    pub(crate) postgres: &'static str,
    pub(crate) sqlite: &'static str,
}

impl ShopSql {
    #[doc(hidden)]
    pub const fn new(postgres: &'static str, sqlite: &'static str) -> Self {
        Self { text: Text { postgres, sqlite } }
    }
}

impl PlatformSql {
    #[doc(hidden)]
    pub const fn new(postgres: &'static str, sqlite: &'static str) -> Self {
        Self { text: Text { postgres, sqlite } }
    }
}

/// Replaces each `$` by `?`; both are one byte. Statements contain no dollar sign but placeholders (a test sees to it).
#[doc(hidden)]
pub const fn with_question_marks<const LENGTH: usize>(text: &str) -> [u8; LENGTH] {
    let bytes = text.as_bytes();
    let mut rewritten = [0; LENGTH];
    let mut at = 0;
    while at < LENGTH {
        rewritten[at] = if bytes[at] == b'$' { b'?' } else { bytes[at] };
        at += 1;
    }
    rewritten
}

/// A statement about one shop: `sql!("SELECT title FROM products WHERE shop_id = $1 AND product_id = $2")`.
#[macro_export]
macro_rules! sql {
    ($text:expr) => {{
        const TEXT: &str = $text;
        const BYTES: [u8; TEXT.len()] = $crate::statement::with_question_marks(TEXT);
        const SQLITE: &str = match ::std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("replacing one ASCII byte by another keeps UTF-8 intact"),
        };
        $crate::ShopSql::new(TEXT, SQLITE)
    }};
}

/// A statement that reads rows and keeps them until the transaction ends: PostgreSQL locks them in the order in which it returns
/// them, so the statement names that order; SQLite has one writer and needs no lock.
#[macro_export]
macro_rules! sql_locking {
    ($text:expr) => {{
        const TEXT: &str = $text;
        const BYTES: [u8; TEXT.len()] = $crate::statement::with_question_marks(TEXT);
        const SQLITE: &str = match ::std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("replacing one ASCII byte by another keeps UTF-8 intact"),
        };
        $crate::ShopSql::new(concat!($text, " FOR UPDATE"), SQLITE)
    }};
}

/// A statement about the platform, with no shop bound: `platform_sql!("SELECT shop_id FROM shops ORDER BY handle")`.
#[macro_export]
macro_rules! platform_sql {
    ($text:expr) => {{
        const TEXT: &str = $text;
        const BYTES: [u8; TEXT.len()] = $crate::statement::with_question_marks(TEXT);
        const SQLITE: &str = match ::std::str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => panic!("replacing one ASCII byte by another keeps UTF-8 intact"),
        };
        $crate::PlatformSql::new(TEXT, SQLITE)
    }};
}
