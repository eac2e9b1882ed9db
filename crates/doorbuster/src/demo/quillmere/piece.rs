//! One line of Quillmere's line sheet, and how it becomes a product with its colors, pictures and codes.

use super::{sales, words};
use crate::demo::art::{Design, Materials, Metal, PICTURE_HEIGHT, PICTURE_WIDTH, Rgb, Shape, Texture, View, bag_svg};
use crate::demo::catalog::{DemoPicture, DemoProduct, DemoVariant, barcode};
use commerce::catalog::{OptionAxis, handle_from_title};

/// The leather of handles and trims.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trim {
    /// The body's own leather, a shade deeper.
    Tonal,
    /// Chestnut bridle leather.
    Bridle,
}

/// A line of the line sheet.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Its name.
    pub title: &'static str,
    /// Silhouette, proportions and detail.
    pub design: Design,
    /// Surface of the body.
    pub texture: Texture,
    /// Rings and locks.
    pub metal: Metal,
    /// Handles and trims.
    pub trim: Trim,
    /// Names of [`COLORS`], the first being its face.
    pub colors: &'static [&'static str],
    /// Price in whole euros.
    pub price_euros: i64,
    /// Price before, in whole euros; zero: none.
    pub was_euros: i64,
    /// Weight.
    pub grams: i64,
    /// Width, height, depth.
    pub centimeters: [u16; 3],
    /// Free words.
    pub tags: &'static [&'static str],
    /// The first paragraph of its description.
    pub text: &'static str,
}

/// The dye book.
pub const COLORS: [(&str, Rgb); 16] = [
    ("Cognac", Rgb(0x94, 0x52, 0x2c)),
    ("Ink", Rgb(0x27, 0x29, 0x2f)),
    ("Oxblood", Rgb(0x62, 0x20, 0x28)),
    ("Oat", Rgb(0xd8, 0xc5, 0xa5)),
    ("Fern", Rgb(0x50, 0x63, 0x40)),
    ("Petrol", Rgb(0x20, 0x4c, 0x57)),
    ("Terracotta", Rgb(0xb8, 0x5d, 0x3d)),
    ("Blush", Rgb(0xd8, 0xa6, 0x99)),
    ("Slate", Rgb(0x69, 0x70, 0x79)),
    ("Saffron", Rgb(0xcf, 0x98, 0x33)),
    ("Chalk", Rgb(0xeb, 0xe4, 0xd6)),
    ("Plum", Rgb(0x52, 0x2d, 0x49)),
    ("Cobalt", Rgb(0x2d, 0x4b, 0x8b)),
    ("Cocoa", Rgb(0x55, 0x39, 0x2d)),
    ("Sage", Rgb(0x97, 0xa3, 0x86)),
    ("Sky", Rgb(0x98, 0xb1, 0xc1)),
];

const BRIDLE: Rgb = Rgb(0x7b, 0x45, 0x29);

impl Piece {
    /// The product made from this line; `number` is its place in the line sheet, from 1.
    pub fn product(&self, number: u32) -> DemoProduct {
        let handle = handle_from_title(self.title);
        let variants = self.colors.iter().enumerate().map(|(index, color)| self.variant(number, index as u32, color, &handle));
        DemoProduct {
            title: self.title.into(),
            description_html: words::description(self),
            vendor: "Quillmere",
            product_type: words::kind(self.design.shape),
            category: words::category(self.design.shape),
            tags: self.tags.iter().map(|tag| (*tag).to_owned()).collect(),
            seo_title: format!("{} in {} – Quillmere", self.title, words::surface(self.texture)),
            seo_description: words::seo_description(self),
            options: vec![OptionAxis {
                name: "Color".into(),
                values: self.colors.iter().map(|color| (*color).to_owned()).collect(),
            }],
            pictures: self.pictures(number),
            variants: variants.collect(),
            handle,
        }
    }

    fn variant(&self, number: u32, index: u32, color: &str, handle: &str) -> DemoVariant {
        // A spread that looks counted rather than filled in; every tenth variant or so is nearly gone.
        let spread = i64::from((number * 37 + index * 23) % 41);
        let ordinary = if spread < 4 { spread } else { spread + 3 };
        DemoVariant {
            option_values: vec![color.into()],
            sku: format!("QM-{number:03}-{}", color[..3].to_uppercase()),
            barcode: barcode(401_000_000 + number * 100 + index),
            price_minor: self.price_euros * 100,
            was_price_minor: (self.was_euros > 0).then_some(self.was_euros * 100),
            cost_minor: self.price_euros * 38,
            weight_grams: self.grams,
            on_hand: sales::scarce_stock(handle).unwrap_or(ordinary),
            picture: if index == 0 { 0 } else { index + 2 },
        }
    }

    /// Face, close-up and still life in the first color, then the face in every other color.
    fn pictures(&self, number: u32) -> Vec<DemoPicture> {
        let first = self.colors[0];
        let thing = words::kind_in_a_sentence(self.design.shape);
        let picture = |color: &str, view: View, alt: String| DemoPicture {
            alt,
            svg: bag_svg(&self.design, self.materials(color), view, number),
            width: PICTURE_WIDTH,
            height: PICTURE_HEIGHT,
        };
        let mut pictures = vec![
            picture(first, View::Front, format!("{} in {first}: {thing}, seen from the front", self.title)),
            picture(first, View::CloseUp, format!("Seams and fittings of the {} in {first}", self.title)),
            picture(first, View::StillLife, format!("{} in {first}, in a still life", self.title)),
        ];
        pictures.extend(
            self.colors[1..]
                .iter()
                .map(|color| picture(color, View::Front, format!("{} in {color}: {thing}, seen from the front", self.title))),
        );
        pictures
    }

    fn materials(&self, color: &str) -> Materials {
        let main = COLORS.iter().find(|(name, _)| *name == color).map(|(_, rgb)| *rgb).expect("colors come from the dye book");
        let trim = match self.trim {
            Trim::Tonal => main.deep(0.22),
            Trim::Bridle => BRIDLE,
        };
        Materials { main, trim, lining: Rgb(0xb9, 0x8a, 0x62), texture: self.texture, metal: self.metal, near: false }
    }
}

/// Whether a shape is carried by small goods' words.
pub fn is_small(shape: Shape) -> bool {
    matches!(shape, Shape::CardHolder | Shape::Wallet | Shape::Pouch | Shape::KeyFob | Shape::Strap)
}
