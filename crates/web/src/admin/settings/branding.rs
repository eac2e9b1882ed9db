//! The look of the shop: colors, type, words and links, with a preview.

use crate::admin::form::Form;
use crate::admin::seat::{OwnerSeat, Seat, Typed, private};
use crate::admin::uploads::{self, Upload};
use crate::admin::views::BrandingSettings;
use crate::error::Error;
use crate::pictures;
use axum::extract::Multipart;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use commerce::shop::{Branding, Link};
use db::shops::Settings;

const PAIRINGS: [(&str, &str); 4] = [("editorial", "editorial"), ("modern", "modern"), ("warm", "warm"), ("mono", "mono")];
/// Links of the header or the footer.
const LINKS_MAX: usize = 20;

/// `GET /admin/settings/branding`
pub async fn branding(OwnerSeat(seat): OwnerSeat) -> Result<Response, Error> {
    let form = filled(&seat.shop_now().await?.branding);
    let page = page(&seat, form).await?;
    seat.page(&page).await
}

/// `POST /admin/settings/branding`
pub async fn save_branding(OwnerSeat(seat): OwnerSeat, Typed(mut form): Typed) -> Result<Response, Error> {
    let branding = read(&mut form, &seat).await?;
    if !form.is_fine() {
        let page = page(&seat, form).await?;
        return seat.refused(&page).await;
    }
    db::shops::save_settings(seat.db(), seat.shop(), &Settings::Branding(branding), seat.now()).await?;
    seat.changed("/admin/settings/branding", "The look is saved.").await
}

/// `GET /admin/settings/branding.css`: the saved colors, for the preview.
pub async fn branding_css(OwnerSeat(seat): OwnerSeat) -> Result<Response, Error> {
    let branding = seat.shop_now().await?.branding;
    let colors = [&branding.accent_color, &branding.background_color, &branding.text_color, &branding.sale_color];
    let [accent, background, text, sale] = colors.map(|color| if is_color(color) { color.as_str() } else { "#777777" });
    let radius = branding.corner_radius;
    let css = format!(
        ".brand-preview{{--brand-accent:{accent};--brand-background:{background};--brand-text:{text};\
         --brand-sale:{sale};--brand-radius:{radius}px}}"
    );
    let mut response = private(css.into_response());
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/css; charset=utf-8"));
    Ok(response)
}

/// `POST /admin/settings/branding/pictures`
pub async fn upload_picture(OwnerSeat(seat): OwnerSeat, body: Multipart) -> Result<Response, Error> {
    let problem = match uploads::receive(body, "pictures", pictures::UPLOAD_BYTES_MAX, 1).await {
        Ok(mut received) => {
            let Upload { file_name, body } = received.remove(0);
            uploads::keep_picture(&seat, file_name, body).await?.err()
        }
        Err(problem) => Some(problem),
    };
    let Some(problem) = problem else {
        return Ok(seat.done("/admin/settings/branding", "The picture is kept. Choose it as logo or for the home page."));
    };
    let mut form = filled(&seat.shop_now().await?.branding);
    form.refuse("upload", problem);
    let page = page(&seat, form).await?;
    seat.refused(&page).await
}

async fn page(seat: &Seat, form: Form) -> Result<BrandingSettings, Error> {
    let picture_choices = uploads::picture_choices(seat, &form, &["logo", "hero_picture"]).await?;
    Ok(BrandingSettings { tab: "branding", title: "Branding", picture_choices, form })
}

async fn read(form: &mut Form, seat: &Seat) -> Result<Branding, Error> {
    Ok(Branding {
        tagline: form.line("tagline"),
        logo: uploads::chosen_picture(seat, form, "logo").await?,
        accent_color: color(form, "accent_color"),
        background_color: color(form, "background_color"),
        text_color: color(form, "text_color"),
        sale_color: color(form, "sale_color"),
        type_pairing: form.choice("type_pairing", &PAIRINGS).to_owned(),
        corner_radius: u8::try_from(form.required_number("corner_radius", 0..=24)).expect("within the range"),
        announcement: form.line("announcement"),
        header_links: links(form, "header_links"),
        footer_links: links(form, "footer_links"),
        footer_text: form.line("footer_text"),
        hero_title: form.line("hero_title"),
        hero_text: form.line("hero_text"),
        hero_picture: uploads::chosen_picture(seat, form, "hero_picture").await?,
        home_collections: form.words("home_collections"),
    })
}

fn filled(branding: &Branding) -> Form {
    let lines = |links: &[Link]| links.iter().map(|link| format!("{} = {}", link.label, link.url)).collect::<Vec<_>>().join("\n");
    Form::filled([
        ("tagline", branding.tagline.clone()),
        ("logo", branding.logo.map(|id| id.to_string()).unwrap_or_default()),
        ("accent_color", branding.accent_color.clone()),
        ("background_color", branding.background_color.clone()),
        ("text_color", branding.text_color.clone()),
        ("sale_color", branding.sale_color.clone()),
        ("type_pairing", branding.type_pairing.clone()),
        ("corner_radius", branding.corner_radius.to_string()),
        ("announcement", branding.announcement.clone()),
        ("header_links", lines(&branding.header_links)),
        ("footer_links", lines(&branding.footer_links)),
        ("footer_text", branding.footer_text.clone()),
        ("hero_title", branding.hero_title.clone()),
        ("hero_text", branding.hero_text.clone()),
        ("hero_picture", branding.hero_picture.map(|id| id.to_string()).unwrap_or_default()),
        ("home_collections", branding.home_collections.join(", ")),
    ])
}

fn is_color(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text.bytes().skip(1).all(|byte| byte.is_ascii_hexdigit())
}

fn color(form: &mut Form, name: &str) -> String {
    let color = form.line(name).to_lowercase();
    if !is_color(&color) {
        form.refuse(name, "Please write it like #1f5f3d.");
    }
    color
}

/// One link per line: `Totes = /collections/totes`.
fn links(form: &mut Form, name: &str) -> Vec<Link> {
    let text = form.text(name);
    let mut links = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let parts = line.split_once('=').map(|(label, url)| (label.trim(), url.trim()));
        match parts {
            Some((label, url)) if !label.is_empty() && is_link(url) => {
                links.push(Link { label: label.to_owned(), url: url.to_owned() });
            }
            _ => form.refuse(name, format!("Please write “{line}” like this: Totes = /collections/totes")),
        }
    }
    if links.len() > LINKS_MAX {
        form.refuse(name, format!("Please use at most {LINKS_MAX} links."));
    }
    links
}

fn is_link(url: &str) -> bool {
    let is_path = url.starts_with('/') && !url.starts_with("//");
    (is_path || url.starts_with("https://")) && !url.chars().any(|c| c.is_control() || c.is_whitespace()) && url.len() <= 500
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_lead_into_the_shop_or_to_safe_addresses() {
        for (line, is_fine) in [
            ("Totes = /collections/totes", true),
            ("Blog = https://example.org/?a=b", true),
            ("Evil = javascript:alert(1)", false),
            ("Elsewhere = //example.org", false),
            ("No address", false),
        ] {
            let mut form = Form::filled([("header_links", line)]);
            let links = links(&mut form, "header_links");
            assert_eq!((links.len() == 1, form.is_fine()), (is_fine, is_fine), "{line}");
        }
    }
}
