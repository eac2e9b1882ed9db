//! The bags themselves, each a function that draws one silhouette standing on the ground at (0, 0), upwards, about 850 units
//! wide and at most 1,060 high. Where a bag stands, and what stands around it, is `scenery`'s business.

mod carried;
mod crossbody;
mod shoulder;
mod small;

use super::canvas::Canvas;
use super::path::Path;

/// The silhouettes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Open, two handles.
    Tote,
    /// Structured, one top handle, flap with a turn lock.
    Satchel,
    /// A frame that opens wide, two rolled handles.
    Doctor,
    /// A round cylinder for a night away.
    Duffel,
    /// Soft crescent, one broad strap.
    Hobo,
    /// Low and long, carried under the arm.
    Baguette,
    /// A drawstring bucket.
    Bucket,
    /// The D of a saddle, long strap.
    Saddle,
    /// A small box with a zip, long strap.
    Camera,
    /// Flap, two buckles, front pocket.
    Backpack,
    /// A flat envelope.
    Envelope,
    /// An oval with a kiss lock.
    KissLock,
    /// Slots for cards.
    CardHolder,
    /// A wallet with a zip around it.
    Wallet,
    /// A flat zip pouch.
    Pouch,
    /// A loop of leather, a ring, a key.
    KeyFob,
    /// A shoulder strap, coiled.
    Strap,
}

/// What a design adds to its silhouette.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    /// Nothing.
    Plain,
    /// A lower part (or flap) in the second leather.
    TwoTone,
    /// A pocket outside.
    Pocket,
    /// A leather tassel.
    Tassel,
    /// A silk scarf knotted to the handle.
    Scarf,
    /// A chain in place of the leather strap.
    Chain,
}

/// One design: a silhouette, its proportions, its detail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Design {
    /// The silhouette.
    pub shape: Shape,
    /// Width against the silhouette's own, 0.7 to 1.15.
    pub width: f64,
    /// Height against the silhouette's own, 0.7 to 1.1.
    pub height: f64,
    /// The addition.
    pub detail: Detail,
}

impl Shape {
    /// Small things are shown on a plinth.
    pub fn needs_plinth(self) -> bool {
        matches!(
            self,
            Self::Envelope | Self::KissLock | Self::CardHolder | Self::Wallet | Self::Pouch | Self::KeyFob | Self::Strap
        )
    }

    /// The spot worth a close look, as (x, y) in the bag's own units, and how much nearer to go.
    pub fn close_up(self) -> (f64, f64, f64) {
        match self {
            Self::Tote => (-150.0, -520.0, 2.3),
            Self::Satchel => (40.0, -330.0, 2.4),
            Self::Doctor => (-60.0, -480.0, 2.2),
            Self::Duffel => (-130.0, -330.0, 2.2),
            Self::Hobo => (-150.0, -390.0, 2.1),
            Self::Baguette => (60.0, -250.0, 2.5),
            Self::Bucket => (30.0, -480.0, 2.2),
            Self::Saddle => (50.0, -230.0, 2.4),
            Self::Camera => (-120.0, -330.0, 2.4),
            Self::Backpack => (-100.0, -380.0, 2.2),
            Self::Envelope => (0.0, -170.0, 2.6),
            Self::KissLock => (0.0, -330.0, 2.5),
            Self::CardHolder => (-60.0, -190.0, 2.6),
            Self::Wallet => (130.0, -230.0, 2.5),
            Self::Pouch => (130.0, -290.0, 2.4),
            Self::KeyFob => (10.0, -420.0, 2.4),
            Self::Strap => (60.0, -260.0, 2.3),
        }
    }
}

/// Draws the bag.
pub fn draw(canvas: &mut Canvas, design: &Design) {
    let transform = format!("scale({} {})", design.width, design.height);
    let detail = design.detail;
    canvas.placed(&transform, |c| match design.shape {
        Shape::Tote => carried::tote(c, detail),
        Shape::Satchel => carried::satchel(c, detail),
        Shape::Doctor => carried::doctor(c, detail),
        Shape::Duffel => carried::duffel(c, detail),
        Shape::Hobo => shoulder::hobo(c, detail),
        Shape::Baguette => shoulder::baguette(c, detail),
        Shape::Bucket => shoulder::bucket(c, detail),
        Shape::Saddle => crossbody::saddle(c, detail),
        Shape::Camera => crossbody::camera(c, detail),
        Shape::Backpack => crossbody::backpack(c, detail),
        Shape::Envelope => small::envelope(c, detail),
        Shape::KissLock => small::kiss_lock(c, detail),
        Shape::CardHolder => small::card_holder(c, detail),
        Shape::Wallet => small::wallet(c, detail),
        Shape::Pouch => small::pouch(c, detail),
        Shape::KeyFob => small::key_fob(c, detail),
        Shape::Strap => small::strap(c, detail),
    });
}

/// A tassel hanging from a point.
fn tassel(c: &mut Canvas, x: f64, y: f64) {
    let leather = c.materials.trim;
    c.line(&Path::at(x, y - 46.0).curve((x - 16.0, y - 20.0), (x + 12.0, y), x, y + 24.0), leather.deep(0.3), 8.0, 1.0);
    c.panel(
        &Path::at(x - 24.0, y + 62.0)
            .to(x + 24.0, y + 62.0)
            .to(x + 38.0, y + 210.0)
            .bend(x, y + 222.0, x - 38.0, y + 210.0)
            .close(),
        leather,
    );
    for strand in [-24.0, -13.0, -3.0, 8.0, 19.0] {
        c.line(&Path::at(x + strand * 0.6, y + 72.0).to(x + strand * 1.3, y + 208.0), leather.deep(0.55), 3.0, 0.5);
    }
    c.metal(&Path::rounded(x - 25.0, y + 24.0, 50.0, 42.0, 10.0));
}

/// A silk scarf knotted at a point; it takes its colors from trim and lining.
fn scarf(c: &mut Canvas, x: f64, y: f64) {
    let silk = c.materials.trim.mix(super::materials::PAPER, 0.35);
    let other = c.materials.lining;
    let left = Path::at(x, y)
        .curve((x - 60.0, y + 60.0), (x - 120.0, y + 130.0), x - 96.0, y + 280.0)
        .to(x - 8.0, y + 220.0)
        .bend(x - 30.0, y + 90.0, x + 12.0, y + 10.0)
        .close();
    let right = Path::at(x, y)
        .curve((x + 50.0, y + 60.0), (x + 70.0, y + 120.0), x + 40.0, y + 330.0)
        .to(x - 44.0, y + 290.0)
        .bend(x - 10.0, y + 120.0, x - 12.0, y + 14.0)
        .close();
    c.panel(&left, silk.deep(0.12));
    c.panel(&right, silk);
    c.line(&Path::at(x - 84.0, y + 250.0).to(x - 14.0, y + 202.0), other, 10.0, 0.9);
    c.line(&Path::at(x + 40.0, y + 306.0).to(x - 36.0, y + 270.0), other, 10.0, 0.9);
    for offset in [0.0, 18.0, 34.0] {
        c.line(
            &Path::at(x + 4.0, y + 30.0).bend(x + offset, y + 130.0, x - 20.0 + offset * 1.2, y + 270.0),
            silk.deep(0.5),
            3.0,
            0.3,
        );
    }
    c.panel(
        &Path::at(x - 42.0, y - 24.0)
            .bend(x, y - 50.0, x + 44.0, y - 22.0)
            .bend(x + 52.0, y + 10.0, x + 38.0, y + 30.0)
            .bend(x, y + 46.0, x - 38.0, y + 28.0)
            .bend(x - 52.0, y, x - 42.0, y - 24.0)
            .close(),
        silk.lit(0.1),
    );
    c.line(&Path::at(x - 20.0, y - 26.0).bend(x - 4.0, y, x - 18.0, y + 28.0), silk.deep(0.5), 3.0, 0.4);
    c.line(&Path::at(x + 14.0, y - 28.0).bend(x + 26.0, y, x + 12.0, y + 30.0), silk.deep(0.5), 3.0, 0.4);
}

/// A turn lock: plate and key.
fn turn_lock(c: &mut Canvas, x: f64, y: f64) {
    c.metal(&Path::rounded(x - 46.0, y - 30.0, 92.0, 60.0, 30.0));
    c.rivet(x - 28.0, y, 5.0);
    c.rivet(x + 28.0, y, 5.0);
    c.metal(&Path::rounded(x - 9.0, y - 24.0, 18.0, 48.0, 9.0));
}

/// A zip: tape, teeth, slider with a leather pull hanging from it.
fn zip(c: &mut Canvas, from: (f64, f64), to: (f64, f64), slider: f64) {
    let path = Path::at(from.0, from.1).to(to.0, to.1);
    let dark = c.materials.main.deep(0.7);
    c.line(&path, dark, 20.0, 1.0);
    c.raw("<g stroke-dasharray=\"5 5\" opacity=\".9\">");
    let teeth = Path::at(from.0, from.1).to(to.0, to.1);
    c.metal_line(&teeth, 9.0);
    c.raw("</g>");
    let (x, y) = (from.0 + (to.0 - from.0) * slider, from.1 + (to.1 - from.1) * slider);
    c.metal(&Path::rounded(x - 18.0, y - 13.0, 36.0, 26.0, 7.0));
    c.ring(x, y + 20.0, 10.0, 5.0);
    c.panel(&Path::rounded(x - 12.0, y + 28.0, 24.0, 84.0, 9.0), c.materials.trim);
}

/// Small feet under a bag.
fn feet(c: &mut Canvas, half_width: f64) {
    for x in [-half_width, half_width] {
        c.rivet(x, -2.0, 11.0);
    }
}
