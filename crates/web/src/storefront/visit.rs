//! A visit: which shop is asked, under which name, and at which instant. Everything a handler needs beside the request itself.

use super::early_access::early_access;
use crate::app::{App, ShopAvailability, ShopInMemory};
use crate::edition::press::Printing;
use crate::error::Error;
use crate::pairs::pairs_of;
use crate::snapshot::{Moment, Snapshot};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Uri, header};
use commerce::{FlashSaleId, ShopId, Timestamp};
use std::ops::Deref;
use std::sync::Arc;

/// A visit to a shop, open or closed. For files, and for what was started and can always be finished.
pub struct AtShop {
    /// What all handlers share.
    pub app: App,
    /// The shop.
    pub shop: Arc<ShopInMemory>,
    /// The instant; one for the whole answer.
    pub now: Timestamp,
    /// The sales to which the visitor has early access, until those open for everybody.
    pub early_access: Vec<FlashSaleId>,
    availability: ShopAvailability,
}

/// A visit to a shop that is open.
pub struct Visit(pub AtShop);

impl Deref for Visit {
    type Target = AtShop;

    fn deref(&self) -> &AtShop {
        &self.0
    }
}

impl AtShop {
    /// The visit under this host of somebody of whom nothing is known, or `None` when no shop answers there.
    pub fn find(app: &App, host: &str) -> Option<Self> {
        let shop = app.shop_at(host)?;
        let availability = app.availability(shop.snapshot.shop.id);
        Some(Self { app: app.clone(), shop, now: app.now(), early_access: Vec::new(), availability })
    }

    /// A visit of the press, which prints for everybody.
    fn of_press(app: &App, printing: &Printing) -> Self {
        let shop = Arc::clone(&printing.shop);
        let availability = app.availability(shop.snapshot.shop.id).recorded_by(Arc::clone(&printing.recorder));
        Self { app: app.clone(), shop, now: printing.now, early_access: Vec::new(), availability }
    }

    /// What is left in the shop.
    pub fn availability(&self) -> &ShopAvailability {
        &self.availability
    }

    /// The shop's id.
    pub fn id(&self) -> ShopId {
        self.shop.snapshot.shop.id
    }

    /// What the shop sells.
    pub fn snapshot(&self) -> &Snapshot {
        &self.shop.snapshot
    }

    /// The shop at this instant, for this visitor.
    pub fn moment(&self) -> Moment<'_> {
        Moment {
            snapshot: &self.shop.snapshot,
            availability: &self.availability,
            now: self.now,
            early_access: &self.early_access,
        }
    }

    /// The one address of a path, under the shop's canonical name.
    pub fn canonical(&self, path: &str) -> String {
        self.app.address_of(&self.snapshot().shop, path)
    }
}

/// The host a request asks for: the `Host` header, or the address itself when it is absolute.
pub fn host_of<'a>(headers: &'a HeaderMap, uri: &'a Uri) -> Option<&'a str> {
    let from_header = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    uri.authority().map(axum::http::uri::Authority::as_str).or(from_header)
}

impl FromRequestParts<App> for AtShop {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        if let Some(printing) = parts.extensions.get::<Printing>() {
            return Ok(Self::of_press(app, printing));
        }
        let found = host_of(&parts.headers, &parts.uri).and_then(|host| Self::find(app, host));
        let mut visit = found.ok_or(Error::NotFound)?;
        visit.early_access = early_access(app, visit.snapshot(), &parts.headers, visit.now);
        Ok(visit)
    }
}

impl FromRequestParts<App> for Visit {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let visit = AtShop::from_request_parts(parts, app).await?;
        if visit.snapshot().shop.open { Ok(Self(visit)) } else { Err(Error::ShopClosed) }
    }
}

/// The pairs after the question mark. Bytes that are no UTF-8 become replacement characters, control characters go.
pub struct Query(pub Vec<(String, String)>);

impl Query {
    /// The first value of a name; empty when there is none.
    pub fn first(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str())
    }

    /// The pairs of an address.
    pub fn of(uri: &Uri) -> Self {
        Self(pairs_of(uri.query().unwrap_or("").as_bytes()))
    }
}

impl FromRequestParts<App> for Query {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &App) -> Result<Self, Error> {
        Ok(Self::of(&parts.uri))
    }
}
