//! The visitor's name: a signed cookie, given to whoever puts something into a cart or checks out, and to nobody else. It says
//! nothing about a person; by it one browser's unpaid holds are counted together.

use super::visit::AtShop;
use crate::cookies::cookie;
use crate::error::Error;
use axum::http::HeaderMap;
use axum::response::Response;

/// The cookie's name.
const VISITOR: &str = "visitor";
/// How long a visitor is remembered after the last form, seconds: as long as a cart.
const AGE_SECONDS: i64 = 30 * 24 * 60 * 60;

/// Who sent a form.
pub struct Visitor {
    /// Kept with a hold.
    pub name: String,
    /// Whether this is the first form of theirs that we see.
    pub is_new: bool,
    cookie: String,
}

impl AtShop {
    /// Who sent these headers. Whoever brings no name of ours gets a new one.
    ///
    /// # Errors
    /// When the system has no random numbers.
    pub fn visitor(&self, headers: &HeaderMap) -> Result<Visitor, Error> {
        let known = cookie(headers, VISITOR);
        if let Some(number) = self.app.signer().visitor_of(self.id(), known) {
            return Ok(Visitor { name: number.to_string(), is_new: false, cookie: known.to_owned() });
        }
        let mut bytes = [0_u8; 8];
        getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("no random numbers: {error}")))?;
        let number = i64::from_be_bytes(bytes) & i64::MAX;
        Ok(Visitor { name: number.to_string(), is_new: true, cookie: self.app.signer().visitor_cookie(self.id(), number) })
    }

    /// Lets the browser bring its name again.
    pub fn remember(&self, visitor: &Visitor, response: &mut Response) {
        self.set_cookie(response, VISITOR, &visitor.cookie, AGE_SECONDS, "; HttpOnly");
    }
}
