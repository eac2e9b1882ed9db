//! The host names under which the shop answers.

use crate::admin::form::Form;
use crate::admin::seat::{OwnerSeat, Typed, host_of};
use crate::admin::views::Domains;
use crate::app::without_port;
use crate::error::Error;
use axum::http::HeaderMap;
use axum::response::Response;
use db::shops::{add_domain, make_domain_canonical, normalize_host, remove_domain};

/// `GET /admin/settings/domains`
pub async fn domains(OwnerSeat(seat): OwnerSeat, headers: HeaderMap) -> Result<Response, Error> {
    let domains = seat.shop_now().await?.domains;
    let form = Form::filled([("domains", domains.join("\n"))]);
    seat.page(&page(form, &headers)).await
}

/// `POST /admin/settings/domains`
pub async fn save_domains(OwnerSeat(seat): OwnerSeat, headers: HeaderMap, Typed(mut form): Typed) -> Result<Response, Error> {
    let known = seat.shop_now().await?.domains;
    let mut wanted: Vec<String> = Vec::new();
    for line in form.text("domains").lines().map(str::trim).filter(|line| !line.is_empty()) {
        match normalize_host(line) {
            Some(host) if !wanted.contains(&host) => wanted.push(host),
            Some(_) => {}
            None => form.refuse("domains", format!("“{line}” is not a host name: write it like www.example.org.")),
        }
    }
    let here = host_of(&headers).as_deref().and_then(|host| normalize_host(without_port(host)));
    if form.is_fine() && here.is_some_and(|here| !wanted.contains(&here)) {
        form.refuse("domains", "The name under which you are here has to stay, or you would lock yourself out.");
    }
    // What is new comes first: when a name belongs to another shop, nothing has been taken away yet.
    let mut added = Vec::new();
    for host in wanted.iter().filter(|host| !known.contains(host)) {
        if !form.is_fine() {
            break;
        }
        match add_domain(seat.db(), seat.shop(), host).await? {
            Ok(()) => added.push(host),
            Err(refusal) => form.refuse("domains", format!("{refusal}.")),
        }
    }
    if !form.is_fine() {
        for host in added {
            let _ = remove_domain(seat.db(), seat.shop(), host).await?;
        }
        return seat.refused(&page(form, &headers)).await;
    }
    for host in known.iter().filter(|host| !wanted.contains(host)) {
        let _ = remove_domain(seat.db(), seat.shop(), host).await?;
    }
    // Each becomes the first in turn, so the last to be named first is the canonical one.
    for host in wanted.iter().rev() {
        let _ = make_domain_canonical(seat.db(), seat.shop(), host).await?;
    }
    seat.changed("/admin/settings/domains", "The domains are saved.").await
}

fn page(form: Form, headers: &HeaderMap) -> Domains {
    let host = host_of(headers).unwrap_or_default();
    Domains { tab: "domains", title: "Domains", host: without_port(&host).to_owned(), form }
}
