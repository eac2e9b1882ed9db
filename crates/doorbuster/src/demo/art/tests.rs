//! What must hold for every picture: small, well formed, self-contained.

use super::*;
use crate::demo::{juniper, quillmere};

/// Bytes one product picture or sign may have.
const PICTURE_BYTES_MAX: usize = 12 << 10;
/// Bytes a hero may have.
const HERO_BYTES_MAX: usize = 16 << 10;

fn check(name: &str, svg: &str, bytes_max: usize) {
    assert!(svg.len() <= bytes_max, "{name}: {} bytes", svg.len());
    assert!(svg.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\""), "{name}");
    for banned in ["<script", "<text", "<image", "<style", "<foreignObject", "href=\"h", "url(h", "NaN", "inf ", " on"] {
        assert!(!svg.contains(banned), "{name} holds {banned}");
    }
    assert_eq!(svg.matches("://").count(), 1, "{name}: nothing but the namespace is an address");
    well_formed(name, svg);
}

/// Every element is closed in order, every attribute is quoted, and every reference leads to an id of the same picture.
fn well_formed(name: &str, svg: &str) {
    let mut open = Vec::new();
    for piece in svg.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').expect("every tag ends");
        assert!(text.trim().is_empty(), "{name}: text {text}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{name}: quotes in {tag}");
        let word: String = tag.trim_start_matches('/').chars().take_while(char::is_ascii_alphanumeric).collect();
        if tag.starts_with('/') {
            assert_eq!(open.pop(), Some(word), "{name}: closes in order");
        } else if !tag.ends_with('/') {
            open.push(word);
        }
    }
    assert!(open.is_empty(), "{name}: {open:?} left open");
    for (before, after) in [("href=\"#", '"'), ("url(#", ')')] {
        for reference in svg.split(before).skip(1) {
            let id = reference.split(after).next().expect("split gives one part at least");
            assert!(svg.contains(&format!("id=\"{id}\"")), "{name}: nothing is called {id}");
        }
    }
}

#[test]
fn every_picture_is_small_well_formed_and_self_contained() {
    for shop in [quillmere::shop(), juniper::shop()] {
        for picture in shop.products.iter().flat_map(|product| &product.pictures).chain([&shop.logo]) {
            check(&picture.alt, &picture.svg, PICTURE_BYTES_MAX);
        }
        for picture in shop.sales.iter().map(|sale| &sale.hero).chain([&shop.hero]) {
            check(&picture.alt, &picture.svg, HERO_BYTES_MAX);
        }
    }
}

#[test]
fn the_same_bag_is_drawn_the_same_twice() {
    let design = Design { shape: Shape::Bucket, width: 1.0, height: 1.0, detail: Detail::Tassel };
    let leather = Rgb(0x94, 0x52, 0x2c);
    let materials =
        Materials { main: leather, trim: leather, lining: leather, texture: Texture::Woven, metal: Metal::Brass, near: false };
    assert_eq!(bag_svg(&design, materials, View::StillLife, 3), bag_svg(&design, materials, View::StillLife, 3));
}
