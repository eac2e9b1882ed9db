//! News: what nodes tell each other so that they need not look all the time. Whatever is told can also be seen by looking, and is
//! looked for every now and then, so news may be lost.
//!
//! On PostgreSQL they travel by NOTIFY, between all processes of a database; on SQLite within the one server.

use crate::order_writer::{Availability, Untold};
use crate::{Db, Result};
use commerce::{FlashSaleId, ShopId, VariantId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tokio::sync::{broadcast, mpsc};

/// News that may wait for whoever listens; what finds no room is lost.
pub(crate) const WAITING_MAX: usize = 256;
/// Figures in one message: PostgreSQL takes messages of less than 8,000 bytes.
const FIGURES_MAX: usize = 80;

/// One piece of news.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum News {
    /// What a shop's pages show has changed: its catalog version has moved.
    CatalogMoved {
        /// Whose.
        shop: ShopId,
    },
    /// Somebody bought, or gave back.
    Availability(Sold),
}

/// What is left in a shop of that which a node's order writer has moved lately.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sold {
    /// Whose.
    pub shop: ShopId,
    /// Of its variants.
    pub variants: Vec<(VariantId, Left)>,
    /// Of what its sales offer.
    pub items: Vec<(FlashSaleId, VariantId, Left)>,
}

/// Units left, and a number by which newer figures of the same thing are told from older ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left(pub i64, pub i64);

impl News {
    /// As it travels.
    pub(crate) fn to_text(&self) -> String {
        serde_json::to_string(self).expect("numbers in a list can always be written")
    }

    /// `None`: told by a newer program; it can be seen by looking.
    pub(crate) fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }
}

/// Hears what is told, until it is dropped.
pub struct Listener(Source);

enum Source {
    Within(broadcast::Receiver<News>),
    Between(mpsc::Receiver<News>),
}

impl Listener {
    pub(crate) const fn within(receiver: broadcast::Receiver<News>) -> Self {
        Self(Source::Within(receiver))
    }

    pub(crate) const fn between(receiver: mpsc::Receiver<News>) -> Self {
        Self(Source::Between(receiver))
    }

    /// The next news; waits for as long as there is none. May be dropped while it waits, and nothing is lost.
    pub async fn next(&mut self) -> News {
        loop {
            let heard = match &mut self.0 {
                Source::Within(receiver) => match receiver.recv().await {
                    Ok(news) => Some(news),
                    Err(broadcast::error::RecvError::Lagged(_)) => continue,
                    Err(broadcast::error::RecvError::Closed) => None,
                },
                Source::Between(receiver) => receiver.recv().await,
            };
            match heard {
                Some(news) => return news,
                // Nobody can tell anything any more.
                None => std::future::pending().await,
            }
        }
    }
}

/// Tells the other nodes what has moved since the last round, as far as this node's own order writer moved it.
///
/// # Errors
/// When the database fails; what was to be told is then seen by those who look (`order_writer::catch_up`).
pub async fn tell_availability(db: &Db, availability: &Availability) -> Result<()> {
    let messages = in_messages(&availability.take_untold());
    if messages.is_empty() { Ok(()) } else { db.tell_others(&messages).await }
}

/// By shop, and no more in one message than it can hold.
fn in_messages(untold: &Untold) -> Vec<News> {
    let mut by_shop: BTreeMap<ShopId, Sold> = BTreeMap::new();
    let of = |shop| Sold { shop, variants: Vec::new(), items: Vec::new() };
    for ((shop, variant), left) in &untold.variants {
        by_shop.entry(*shop).or_insert_with(|| of(*shop)).variants.push((*variant, *left));
    }
    for ((shop, sale, variant), left) in &untold.items {
        by_shop.entry(*shop).or_insert_with(|| of(*shop)).items.push((*sale, *variant, *left));
    }
    let mut messages = Vec::new();
    for sold in by_shop.into_values() {
        messages.extend(sold.variants.chunks(FIGURES_MAX).map(|part| Sold { variants: part.to_vec(), ..of(sold.shop) }));
        messages.extend(sold.items.chunks(FIGURES_MAX).map(|part| Sold { items: part.to_vec(), ..of(sold.shop) }));
    }
    messages.into_iter().map(News::Availability).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Less than this, PostgreSQL says.
    const MESSAGE_BYTES: usize = 8_000;

    #[test]
    fn however_much_moves_no_message_is_longer_than_can_be_sent_and_nothing_is_left_out() {
        let variants: Vec<_> = (0..1_000).map(|n| ((ShopId(n % 3), VariantId(i64::MAX - n)), Left(i64::MIN, i64::MIN))).collect();
        let sale = FlashSaleId(i64::MAX);
        let items: Vec<_> =
            (0..1_000).map(|n| ((ShopId(n % 3), sale, VariantId(i64::MAX - n)), Left(i64::MIN, i64::MIN))).collect();
        let messages = in_messages(&Untold { variants, items });
        assert!(messages.iter().all(|news| news.to_text().len() < MESSAGE_BYTES));
        let (mut told, mut told_items) = (0, 0);
        for news in &messages {
            assert_eq!(News::from_text(&news.to_text()).as_ref(), Some(news));
            let News::Availability(sold) = news else { panic!("{news:?}") };
            told += sold.variants.len();
            told_items += sold.items.len();
        }
        assert_eq!((told, told_items), (1_000, 1_000));
    }

    #[test]
    fn what_a_newer_program_tells_is_passed_over() {
        assert_eq!(News::from_text("{\"SaleMoved\":{\"shop\":1}}"), None);
        let known = News::CatalogMoved { shop: ShopId(7) };
        assert_eq!(News::from_text("{\"CatalogMoved\":{\"shop\":7}}"), Some(known));
    }

    #[test]
    fn when_nothing_moved_nobody_is_told() {
        assert_eq!(in_messages(&Untold::default()), []);
    }
}
