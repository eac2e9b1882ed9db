//! What can go wrong while a page is made, and what the visitor reads about it. The only place that maps errors to HTTP.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use db::order_writer::WriterError;
use tracing::{error, warn};

/// Why a page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing at this address in this shop.
    #[error("not found")]
    NotFound,
    /// The request makes no sense; says why.
    #[error("{0}")]
    BadRequest(String),
    /// The request is larger than anything here needs.
    #[error("the request is too large")]
    TooLarge,
    /// The address exists, but not for this method.
    #[error("method not allowed")]
    MethodNotAllowed,
    /// A form was sent by another site.
    #[error("cross-site request")]
    CrossSite,
    /// The shop is closed for now.
    #[error("the shop is closed")]
    ShopClosed,
    /// Too much is waiting already.
    #[error("busy")]
    Busy,
    /// The database cannot be reached, has no room, or is busy with another change. It may be well again in a moment.
    #[error(transparent)]
    DatabaseAway(db::Error),
    /// The database failed.
    #[error(transparent)]
    Database(db::Error),
    /// The order writer failed or has stopped.
    #[error("the order writer: {0}")]
    Writer(String),
    /// A template failed.
    #[error(transparent)]
    Template(#[from] minijinja::Error),
    /// Something else that should work did not.
    #[error("{0}")]
    Internal(String),
}

impl From<db::Error> for Error {
    fn from(error: db::Error) -> Self {
        match error {
            // Nobody types it and no page sends it: the visitor's mistake, not the database's.
            db::Error::NulInText => Self::BadRequest("The address or the form contains a character that cannot be used.".into()),
            other @ (db::Error::Unreachable(_) | db::Error::Conflict(_) | db::Error::DiskFull(_)) => Self::DatabaseAway(other),
            other => Self::Database(other),
        }
    }
}

impl From<WriterError> for Error {
    fn from(error: WriterError) -> Self {
        match error {
            WriterError::Busy => Self::Busy,
            other => Self::Writer(other.to_string()),
        }
    }
}

/// What the visitor reads, as an extension of an answer whose page is still to be drawn in the shop's own look.
#[derive(Clone, Debug)]
pub struct Failure {
    /// A word above the title.
    pub eyebrow: &'static str,
    /// The message.
    pub title: &'static str,
    /// What it means and what to do.
    pub text: String,
    /// Whether the way into the shop is barred.
    pub bare: bool,
}

impl Error {
    /// The status of the answer.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::ShopClosed | Self::Busy | Self::DatabaseAway(_) | Self::Writer(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Template(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn failure(&self) -> Failure {
        let (eyebrow, title, text): (_, _, String) = match self {
            Self::NotFound => ("404", "This page is not here", "It may have moved, or the piece is no longer made.".into()),
            Self::BadRequest(reason) => ("400", "That did not work", reason.clone()),
            Self::TooLarge => ("413", "That was too much", "What was sent is larger than anything this shop needs.".into()),
            Self::MethodNotAllowed => ("405", "That did not work", "This address cannot be used that way.".into()),
            Self::CrossSite => {
                ("403", "That did not come from this shop", "Please go back to the shop and try again there.".into())
            }
            Self::ShopClosed => {
                ("", "We are closed for a moment", "The shop is being prepared. Please come back a little later.".into())
            }
            Self::Busy => (
                "503",
                "A lot is going on",
                "More people than ever are here. Please try again in a moment; nothing was charged.".into(),
            ),
            Self::Writer(_) => {
                ("503", "One moment, please", "Orders cannot be taken right now. Nothing was charged; please try again.".into())
            }
            Self::DatabaseAway(_) => {
                ("503", "One moment, please", "This page cannot be made right now. Please try again in a moment.".into())
            }
            Self::Database(_) | Self::Template(_) | Self::Internal(_) => {
                ("500", "Something went wrong on our side", "We are looking into it. Please try again in a moment.".into())
            }
        };
        Failure { eyebrow, title, text, bare: matches!(self, Self::ShopClosed) }
    }

    fn log(&self) {
        match self {
            Self::DatabaseAway(_) | Self::Database(_) | Self::Template(_) | Self::Internal(_) => {
                error!(error = %self, "A page failed: {self}");
            }
            Self::Writer(_) => warn!(error = %self, "The order writer did not answer: {self}"),
            _ => {}
        }
    }
}

/// Plain words; the storefront draws its own page around the [`Failure`].
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        self.log();
        let (status, failure) = (self.status(), self.failure());
        let mut response = (status, format!("{}\n{}\n", failure.title, failure.text)).into_response();
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response.extensions_mut().insert(failure);
        response
    }
}
