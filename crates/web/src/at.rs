//! The part of an address that names a thing: `{handle}`, `{id}`.
//!
//! What cannot be such a name (no number, bytes that are no text) names nothing, so it is not found, like a name nobody uses.

use crate::error::Error;
use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// The names in an address, read as `T`.
pub struct At<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for At<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        Path::<T>::from_request_parts(parts, state).await.map(|Path(value)| Self(value)).map_err(|_| Error::NotFound)
    }
}
