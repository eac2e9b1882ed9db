//! What is read when more people are here than can be served: in the shop's own look, drawn once for a snapshot and kept, so that
//! saying it costs nothing.

use super::frame::Heading;
use super::views::MessageView;
use super::visit::AtShop;
use crate::admin::busy_desk;
use crate::app::{App, ShopInMemory};
use crate::edition::asked::Asked;
use crate::edition::{Coding, FrozenPage, Printed};
use axum::body::Bytes;
use axum::http::{HeaderValue, Response, header};
use commerce::{ShopId, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Who reads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BusyPage {
    /// A shopper who looks at something. The browser asks again by itself.
    Shown,
    /// A shopper who has sent a form, which is never sent again by itself.
    FormSent,
    /// A seller.
    Desk,
}

/// The pages of all shops.
#[derive(Debug, Default)]
pub struct BusyPages(RwLock<HashMap<(ShopId, BusyPage), Arc<Drawn>>>);

/// A page in every coding: what is refused by the thousand is not unpacked each time.
#[derive(Debug)]
pub struct Drawn {
    /// Of the catalog that it was drawn for.
    version: i64,
    packed: FrozenPage,
    plain: Bytes,
}

impl Drawn {
    /// The page, not to be kept by anybody.
    pub fn in_coding(&self, coding: Coding) -> Response<Bytes> {
        let mut response = match coding {
            Coding::Plain => self.packed.in_coding(Coding::Gzip).map(|_| self.plain.clone()),
            Coding::Brotli | Coding::Gzip => self.packed.in_coding(coding),
        };
        let headers = response.headers_mut();
        headers.remove(header::ETAG);
        headers.remove(header::LAST_MODIFIED);
        if coding == Coding::Plain {
            headers.remove(header::CONTENT_ENCODING);
        }
        response
    }
}

/// The page.
pub fn busy_page(app: &App, shop: &Arc<ShopInMemory>, page: BusyPage) -> Arc<Drawn> {
    let (key, version) = ((shop.snapshot.shop.id, page), shop.snapshot.version);
    let pages = &app.busy_pages().0;
    let known = pages.read().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
    match known {
        Some(drawn) if drawn.version == version => drawn,
        _ => {
            let plain = draw(app, shop, page);
            let drawn = Arc::new(Drawn { version, packed: pack(plain.clone(), app.now()), plain });
            pages.write().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&drawn));
            drawn
        }
    }
}

fn pack(body: Bytes, at: Timestamp) -> FrozenPage {
    let kept_nowhere = [(header::CONTENT_TYPE, "text/html; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    let headers = kept_nowhere.map(|(name, value)| (name, HeaderValue::from_static(value))).into_iter().collect();
    FrozenPage::freeze(Printed { headers, body, at, asked: Asked::default(), good_until: None })
}

fn draw(app: &App, shop: &Arc<ShopInMemory>, page: BusyPage) -> Bytes {
    let (title, text) = words(page);
    let shop_of_page = &shop.snapshot.shop;
    if page == BusyPage::Desk {
        return busy_desk(shop_of_page, title, text).into();
    }
    // The page leads nowhere by its host: any name of the shop will do.
    let host = shop_of_page.domains.first().map_or("", String::as_str);
    let mut view = MessageView::new("503", title, text);
    if page == BusyPage::Shown {
        view.waiting = true;
        view = view.with_action("Try again now", "").with_action("Back to the start", "/");
    } else {
        view = view.with_action("To your cart", "/cart");
    }
    let drawn = AtShop::find(app, host).and_then(|visit| {
        let framed = visit.framed(Heading::private(title), view);
        visit.snapshot().theme.render(&framed).ok()
    });
    drawn.map_or_else(|| format!("<!doctype html><title>{title}</title><h1>{title}</h1><p>{text}</p>").into(), Bytes::from)
}

const fn words(page: BusyPage) -> (&'static str, &'static str) {
    match page {
        BusyPage::Shown => (
            "A lot is going on",
            "More people are here than we can serve at once. This page tries again by itself in a few seconds; you need not do \
             anything, and your cart is kept.",
        ),
        BusyPage::FormSent => (
            "That did not get through",
            "More people are here than we can serve at once. Nothing was changed and nothing was charged. Please go back, where \
             what you typed still stands, and send it again in a few seconds.",
        ),
        BusyPage::Desk => (
            "One moment, please",
            "The server has more to do than it can do at once, and nothing was changed. Please go back and try again in a few \
             seconds.",
        ),
    }
}
