//! `doorbuster export-site --shop juniper site`: a shop's pages, styles and pictures as files, for a CDN's bucket or a plain web
//! server in front.

use super::find_shop;
use super::serve::start_app;
use crate::clock::now;
use crate::failure::Failure;
use crate::settings::Settings;
use db::Db;
use indicatif::{ProgressBar, ProgressStyle};
use percent_encoding::percent_decode_str;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use web::app::ShopInMemory;
use web::edition::whole::{SiteFile, addresses, pictures};

/// Writes a shop's pages, styles and pictures as files, as they are now: for a CDN's bucket or a plain web server in front.
///
/// Every page is `index.html` in a folder of its address, with `.br` and `.gz` beside it; `_headers` says for each file how
/// it has to be sent. Cart, checkout, search and filtered lists stay with the server: send to it whatever has no file.
#[derive(clap::Args, Debug)]
pub struct ExportSiteArgs {
    /// The shop's handle.
    #[arg(long)]
    pub shop: String,
    /// The folder to be written; made where it does not exist.
    pub folder: PathBuf,
    /// Write into a folder that holds something already; files of the same name are replaced.
    #[arg(long)]
    pub force: bool,
    /// Leave the pictures out, where the server goes on sending them.
    #[arg(long)]
    pub without_pictures: bool,
}

/// Writes the files.
///
/// # Errors
/// When there is no such shop or it is closed, the folder cannot be written, or the database fails.
pub async fn run(db: Db, settings: &Settings, args: &ExportSiteArgs) -> Result<ExitCode, Failure> {
    let id = find_shop(&db, &args.shop).await?;
    make_folder(&args.folder, args.force)?;
    let (app, writer) = start_app(db, settings, settings.listen).await?;
    let site = web::Site::new(app.clone());
    let shop = app.shop(id).filter(|shop| shop.snapshot.shop.open).ok_or_else(|| {
        Failure::new(format!("the shop “{}” is closed", args.shop))
            .with_advice(format!("Open it: doorbuster shop open {}", args.shop))
    })?;
    let headers = write_all(&site, &shop, args).await?;
    write(&args.folder.join("_headers"), headers.as_bytes())?;
    drop((site, shop, app));
    // Nothing was handed to the writer; it ends because nobody can.
    drop(tokio::task::spawn_blocking(move || writer.join()).await);
    Ok(ExitCode::SUCCESS)
}

/// Writes every file and says how each has to be sent.
async fn write_all(site: &web::Site, shop: &Arc<ShopInMemory>, args: &ExportSiteArgs) -> Result<String, Failure> {
    let now = now();
    let pages = addresses(shop, now);
    let pictures = if args.without_pictures { Vec::new() } else { pictures(shop) };
    let progress = ProgressBar::new((pages.len() + pictures.len()) as u64);
    progress.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} files").expect("the template is sound"));
    let (mut headers, mut bytes, mut files) = (String::new(), 0_usize, 0_usize);
    let mut keep = |file: SiteFile| -> Result<(), Failure> {
        let place = place_of(&args.folder, &file.address, &file.content_type);
        write(&place, &file.body)?;
        for (ending, coded) in &file.coded {
            write(&with_ending(&place, ending), coded)?;
        }
        writeln!(headers, "{}\n  Content-Type: {}\n  Cache-Control: {}", file.address, file.content_type, file.cache_control)
            .expect("memory takes everything");
        bytes += file.body.len();
        files += 1;
        Ok(())
    };
    for address in pages {
        if let Some(file) = site.file_of_page(shop, address, now).await {
            keep(file)?;
        }
        progress.inc(1);
    }
    for (media, width) in pictures {
        if let Some(file) = site.file_of_picture(shop, media, width).await? {
            keep(file)?;
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    eprintln!("Wrote {files} files of {:.1} MB to {}.", bytes as f64 / 1e6, args.folder.display());
    Ok(headers)
}

fn make_folder(folder: &Path, force: bool) -> Result<(), Failure> {
    let is_filled = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_filled && !force {
        return Err(Failure::usage(format!("{} is not empty", folder.display()))
            .with_advice("Name an empty folder, or write into this one and replace files of the same name: --force"));
    }
    std::fs::create_dir_all(folder).map_err(|error| Failure::new(format!("{} cannot be made: {error}", folder.display())))
}

/// Where the file of an address is: a page is `index.html` in a folder of its own.
fn place_of(folder: &Path, address: &str, content_type: &str) -> PathBuf {
    // Web servers look for a file under the decoded address.
    let decoded = percent_decode_str(address).decode_utf8_lossy();
    let parts = decoded.split('/').filter(|part| !matches!(*part, "" | "." | ".."));
    let place = parts.fold(folder.to_owned(), |at, part| at.join(part));
    if content_type.starts_with("text/html") { place.join("index.html") } else { place }
}

fn with_ending(place: &Path, ending: &str) -> PathBuf {
    let mut name = place.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{ending}"));
    place.with_file_name(name)
}

fn write(place: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let written = place.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(place, bytes));
    written.map_err(|error| Failure::new(format!("{} cannot be written: {error}", place.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_has_a_place_inside_the_folder() {
        let (page, other) = ("text/html; charset=utf-8", "image/webp");
        for (address, content_type, place) in [
            ("/", page, "site/index.html"),
            ("/products/tote", page, "site/products/tote/index.html"),
            ("/products/shoe-2.0", page, "site/products/shoe-2.0/index.html"),
            ("/products/gr%C3%B6%C3%9Fe", page, "site/products/größe/index.html"),
            ("/products/%2E%2E", page, "site/products/index.html"),
            ("/products/100%", page, "site/products/100%/index.html"),
            ("/sitemap.xml", "application/xml; charset=utf-8", "site/sitemap.xml"),
            ("/media/7/600", other, "site/media/7/600"),
        ] {
            assert_eq!(place_of(Path::new("site"), address, content_type), Path::new(place), "{address}");
        }
    }
}
