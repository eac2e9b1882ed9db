//! Words that many pieces share: kinds, materials, fastenings, care.

use super::piece::{Piece, is_small};
use crate::demo::art::{Detail, Metal, Shape, Texture};

/// The kind, as collections and filters know it.
pub fn kind(shape: Shape) -> &'static str {
    match shape {
        Shape::Tote => "Tote",
        Shape::Satchel | Shape::Doctor => "Top handle",
        Shape::Duffel => "Weekender",
        Shape::Hobo | Shape::Baguette => "Shoulder bag",
        Shape::Bucket => "Bucket bag",
        Shape::Saddle | Shape::Camera => "Crossbody",
        Shape::Backpack => "Backpack",
        Shape::Envelope | Shape::KissLock => "Clutch",
        Shape::CardHolder | Shape::Wallet => "Wallet",
        Shape::Pouch => "Pouch",
        Shape::KeyFob | Shape::Strap => "Accessory",
    }
}

/// The kind inside a sentence.
pub fn kind_in_a_sentence(shape: Shape) -> &'static str {
    match shape {
        Shape::Tote => "an open tote with two handles",
        Shape::Satchel => "a structured satchel with a flap and one handle",
        Shape::Doctor => "a framed bag with two rolled handles",
        Shape::Duffel => "a round weekender with two handles",
        Shape::Hobo => "a soft crescent on one strap",
        Shape::Baguette => "a low shoulder bag with a flap",
        Shape::Bucket => "a bucket with a drawstring",
        Shape::Saddle => "a saddle-shaped crossbody bag",
        Shape::Camera => "a small boxy crossbody bag",
        Shape::Backpack => "a backpack with two buckles",
        Shape::Envelope => "an envelope clutch",
        Shape::KissLock => "a round purse with a kiss lock",
        Shape::CardHolder => "a flat card holder",
        Shape::Wallet => "a wallet with a zip around it",
        Shape::Pouch => "a flat zip pouch",
        Shape::KeyFob => "a leather key fob",
        Shape::Strap => "a coiled shoulder strap",
    }
}

/// Category of the standard taxonomy.
pub fn category(shape: Shape) -> &'static str {
    match shape {
        Shape::Duffel => "Luggage & Bags > Duffel Bags",
        Shape::Backpack => "Luggage & Bags > Backpacks",
        Shape::CardHolder | Shape::Wallet => "Apparel & Accessories > Handbags, Wallets & Cases > Wallets & Money Clips",
        Shape::KeyFob | Shape::Strap => "Apparel & Accessories > Handbag & Wallet Accessories",
        _ => "Apparel & Accessories > Handbags, Wallets & Cases > Handbags",
    }
}

/// The surface, in two words.
pub fn surface(texture: Texture) -> &'static str {
    match texture {
        Texture::Smooth => "smooth calf",
        Texture::Pebbled => "pebbled calf",
        Texture::Quilted => "quilted lambskin",
        Texture::Woven => "woven calf",
        Texture::Canvas => "waxed canvas",
        Texture::Pleated => "pleated lambskin",
        Texture::Suede => "goat suede",
    }
}

fn material(texture: Texture) -> &'static str {
    match texture {
        Texture::Smooth => "Smooth vegetable-tanned calf, 2.2 mm, edges burnished by hand",
        Texture::Pebbled => "Calf shrunken for its grain; shrugs off rain and scratches",
        Texture::Quilted => "Lambskin, quilted on wool felt",
        Texture::Woven => "Calf strips, woven by hand over a form",
        Texture::Canvas => "Waxed cotton canvas, 18 oz, with bridle leather",
        Texture::Pleated => "Lambskin, pleated and pressed twice",
        Texture::Suede => "Goat suede, brushed, with smooth calf at the edges",
    }
}

fn care(texture: Texture) -> &'static str {
    match texture {
        Texture::Smooth => {
            "Wipe with a dry cloth, feed with a little balm twice a year, and let rain dry by itself, away from the stove."
        }
        Texture::Pebbled => "A damp cloth is enough. The grain hides most of what life does to it.",
        Texture::Quilted | Texture::Pleated => {
            "Keep it filled with paper when it rests, out of the sun, and brush the seams with a soft brush."
        }
        Texture::Woven => "Dust it with a soft brush along the weave. It loosens in the first month and then stays as it is.",
        Texture::Canvas => "Brush when dry, sponge with cold water, never wash. Wax it anew when drops no longer stand on it.",
        Texture::Suede => "Brush it one way, against stains use a suede rubber, and keep it from rain for the first week.",
    }
}

fn inside(shape: Shape) -> &'static str {
    match shape {
        Shape::Tote => "Magnet at the rim; one zip pocket, one sleeve, a clip for keys",
        Shape::Satchel => "Turn lock; two compartments, one with a zip",
        Shape::Doctor => "Snap frame; cotton twill lining, three pockets",
        Shape::Duffel => "Two-way zip; a pocket for shoes, one for papers; fits overhead lockers",
        Shape::Hobo => "Magnet under the tab; zip pocket",
        Shape::Baguette => "Magnet behind the plate; card slot",
        Shape::Bucket => "Drawstring; a small purse on a cord inside",
        Shape::Saddle => "Hidden magnet; slip pocket at the back; strap 95 to 125 cm",
        Shape::Camera => "Zip; two card slots; strap 90 to 120 cm",
        Shape::Backpack => "Buckles with magnets behind them; padded sleeve; pocket against your back",
        Shape::Envelope => "Snap under the seal; four card slots",
        Shape::KissLock => "Kiss lock; fits a phone, a key and lipstick",
        Shape::CardHolder => "Six cards, one pocket in the middle",
        Shape::Wallet => "Zip; eight cards, two sleeves, a pocket for coins",
        Shape::Pouch => "Zip with a leather pull; lining that can be wiped",
        Shape::KeyFob => "Split ring, 32 mm; a leather cover for one key",
        Shape::Strap => "Swivel clips at both ends; 95 to 125 cm",
    }
}

/// The whole description.
pub fn description(piece: &Piece) -> String {
    let [width, height, depth] = piece.centimeters;
    let metal = match piece.metal {
        Metal::Brass => "Solid brass, left to age",
        Metal::Silver => "Palladium-plated brass",
    };
    let extra = match piece.design.detail {
        Detail::Scarf => "<li>Comes with a silk scarf, 90 cm, hem rolled by hand</li>",
        Detail::Tassel => "<li>Tassel on a knot: take it off when you like</li>",
        Detail::Chain => "<li>Chain with a drop of 52 cm; tucks inside</li>",
        _ => "",
    };
    let size = if is_small(piece.design.shape) {
        format!("{width} × {height} cm")
    } else {
        format!("{width} × {height} × {depth} cm, {} g", piece.grams)
    };
    format!(
        "<p>{}</p><ul><li>{}</li><li>{}</li><li>{metal}</li><li>{size}</li>{extra}</ul><p>{}</p>",
        piece.text,
        material(piece.texture),
        inside(piece.design.shape),
        care(piece.texture)
    )
}

/// What search engines show under the title.
pub fn seo_description(piece: &Piece) -> String {
    let colors = piece.colors.join(", ");
    format!("{}: {}, {}. In {colors}.", piece.title, kind_in_a_sentence(piece.design.shape), surface(piece.texture))
}
