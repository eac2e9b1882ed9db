//! The shop's templates: a seller's own version replaces the one that comes with the program, after it was checked.

use crate::admin::form::Form;
use crate::admin::seat::{Asked, OwnerSeat, Seat, Typed, escaped};
use crate::admin::views::{ThemeFile, ThemeFileRow, ThemeFiles};
use crate::error::Error;
use crate::theme::{TemplateOverride, check_template, default_template, template_names};
use axum::response::Response;

/// `GET /admin/settings/theme`
pub async fn theme(OwnerSeat(seat): OwnerSeat) -> Result<Response, Error> {
    let own = db::themes::list_theme_files(seat.db(), seat.shop()).await?;
    let row = |path: String| ThemeFileRow { own: own.iter().any(|file| file.path == path), path };
    let files = template_names().into_iter().map(row).collect();
    seat.page(&ThemeFiles { tab: "theme", title: "Theme", files, form: Form::default() }).await
}

/// `GET /admin/settings/theme/edit`
pub async fn theme_file(OwnerSeat(seat): OwnerSeat, asked: Asked) -> Result<Response, Error> {
    let path = asked.text("path");
    let own = db::themes::load_theme_file(seat.db(), seat.shop(), path).await?;
    let body = match &own {
        Some(file) => file.body.clone(),
        None => default_template(path).ok_or(Error::NotFound)?,
    };
    seat.page(&page(path.to_owned(), own.is_some(), Form::filled([("body", body)]))).await
}

/// `POST /admin/settings/theme/edit`
pub async fn save_theme_file(OwnerSeat(seat): OwnerSeat, Typed(mut form): Typed) -> Result<Response, Error> {
    let path = form.typed("path").to_owned();
    default_template(&path).ok_or(Error::NotFound)?;
    let source = form.typed("body").to_owned();
    if let Err(problem) = check(&seat, path.clone(), source.clone()).await? {
        form.refuse("body", problem);
        let is_own = db::themes::load_theme_file(seat.db(), seat.shop(), &path).await?.is_some();
        return seat.refused(&page(path, is_own, form)).await;
    }
    db::themes::save_theme_file(seat.db(), seat.shop(), &path, &source, seat.now()).await?;
    seat.changed(&address(&path), "The template is saved.").await
}

/// `POST /admin/settings/theme/reset`
pub async fn reset_theme_file(OwnerSeat(seat): OwnerSeat, Typed(form): Typed) -> Result<Response, Error> {
    let path = form.typed("path").to_owned();
    default_template(&path).ok_or(Error::NotFound)?;
    db::themes::delete_theme_file(seat.db(), seat.shop(), &path).await?;
    seat.changed(&address(&path), "The template is the one that came with the shop again.").await
}

/// Rendering every page takes a while, so it happens away from the threads that answer requests.
async fn check(seat: &Seat, path: String, source: String) -> Result<Result<(), String>, Error> {
    let shop = seat.shop_now().await?;
    let own = db::themes::list_theme_files(seat.db(), seat.shop()).await?;
    let others: Vec<_> = own.into_iter().map(|file| TemplateOverride { path: file.path, source: file.body }).collect();
    let checked = tokio::task::spawn_blocking(move || check_template(&shop, &path, &source, &others));
    let checked = checked.await.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(checked.map_err(|problem| problem.to_string()))
}

fn address(path: &str) -> String {
    format!("/admin/settings/theme/edit?path={}", escaped(path))
}

fn page(path: String, own: bool, form: Form) -> ThemeFile {
    ThemeFile { tab: "theme", title: "Theme", path, own, form }
}
