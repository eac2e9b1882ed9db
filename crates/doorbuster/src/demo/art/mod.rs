//! Pictures drawn by code: every bag in every color, the still lifes around them, the marks of both demonstration shops.
//!
//! Nothing here reads a file or a clock: the same arguments give the same bytes. The pictures hold no text, no script and no
//! reference to anything outside themselves.

mod bags;
mod canvas;
mod coffee;
mod heroes;
mod logos;
mod materials;
mod path;
mod scenery;

pub use bags::{Design, Detail, Shape};
pub use coffee::{CoffeeThing, coffee_svg};
pub use heroes::{HERO_HEIGHT, HERO_WIDTH, Hero, hero_svg};
pub use logos::{juniper_logo_svg, quillmere_logo_svg};
pub use materials::{Materials, Metal, Rgb, Texture};

use canvas::Canvas;
use path::Path;
use scenery::Mood;

/// Width of every product picture.
pub const PICTURE_WIDTH: u32 = 1200;
/// Height of every product picture.
pub const PICTURE_HEIGHT: u32 = 1500;

/// From where a bag is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The whole bag in the studio.
    Front,
    /// Seam, lock and grain from near.
    CloseUp,
    /// In a still life; which one follows from the seed.
    StillLife,
}

/// One picture of one bag.
pub fn bag_svg(design: &Design, materials: Materials, view: View, seed: u32) -> String {
    let mut canvas = Canvas::new(Materials { near: view == View::CloseUp, ..materials });
    let mood = Mood::around(materials.main);
    match view {
        View::Front => front(&mut canvas, design, &mood),
        View::CloseUp => close_up(&mut canvas, design, &mood),
        View::StillLife => still_life(&mut canvas, design, &mood, seed),
    }
    canvas.finish(PICTURE_WIDTH, PICTURE_HEIGHT)
}

fn front(c: &mut Canvas, design: &Design, mood: &Mood) {
    scenery::studio(c, mood);
    match design.shape {
        Shape::KeyFob => hanging(c, design, 1190.0, 1.2),
        Shape::Strap => {
            c.paint(&Path::oval(640.0, 860.0, 480.0, 400.0), "gs", 0.4);
            c.placed("translate(600 1080) rotate(-8) scale(1.18)", |c| bags::draw(c, design));
        }
        shape if shape.needs_plinth() => {
            scenery::plinth(c, 110.0, 1090.0, 1090.0, mood.stone);
            standing(c, design, 1052.0, 0.98);
        }
        _ => standing(c, design, 1262.0, 1.08),
    }
}

fn standing(c: &mut Canvas, design: &Design, ground: f64, scale: f64) {
    standing_at(c, design, 600.0, ground, scale);
}

fn standing_at(c: &mut Canvas, design: &Design, x: f64, ground: f64, scale: f64) {
    scenery::ground_shadow(c, x, ground, 350.0 * design.width * scale);
    c.placed(&format!("translate({x:.0} {ground:.0}) scale({scale})"), |c| bags::draw(c, design));
}

fn hanging(c: &mut Canvas, design: &Design, bottom: f64, scale: f64) {
    c.paint(&Path::oval(660.0, bottom - 330.0 * scale, 190.0 * scale, 420.0 * scale), "gs", 0.35);
    c.placed(&format!("translate(600 {bottom:.0}) scale({scale})"), |c| bags::draw(c, design));
}

fn close_up(c: &mut Canvas, design: &Design, mood: &Mood) {
    scenery::studio(c, mood);
    let (x, y, nearer) = design.shape.close_up();
    let (left, top) = (600.0 - x * design.width * nearer, 750.0 - y * design.height * nearer);
    c.placed(&format!("translate({left:.0} {top:.0}) scale({nearer})"), |c| bags::draw(c, design));
    c.define(
        "<radialGradient id=\"vg\" cx=\".4\" cy=\".4\" r=\".85\"><stop offset=\".4\" stop-opacity=\"0\"/>\
         <stop offset=\"1\" stop-opacity=\".38\"/></radialGradient>",
    );
    c.raw("<path fill=\"url(#vg)\" d=\"M0 0H1200V1500H0z\"/>");
}

fn still_life(c: &mut Canvas, design: &Design, mood: &Mood, seed: u32) {
    let leaf = Rgb(0x6d, 0x78, 0x55);
    scenery::studio(c, mood);
    let ground = match seed % 5 {
        0 => {
            scenery::arch(c, 190.0, 1010.0, 130.0, 1250.0, mood.wall.mix(mood.accent, 0.22));
            scenery::plinth(c, 60.0, 1140.0, 1250.0, mood.stone);
            scenery::vase(c, 1000.0, 1216.0, 0.92, mood.accent, leaf);
            1222.0
        }
        1 => {
            scenery::window_light(c);
            scenery::drum(c, 560.0, 440.0, 1190.0, 1420.0, mood.stone);
            scenery::pear(c, 900.0, 1212.0, Rgb(0xb9, 0xa4, 0x4e));
            1210.0
        }
        2 => {
            scenery::curtain(c, mood.wall.mix(mood.accent, 0.3));
            scenery::table(c, 1160.0, mood.accent.mix(mood.stone, 0.55));
            scenery::books(c, 960.0, 1270.0, [mood.accent.deep(0.35), mood.stone.deep(0.15), mood.accent]);
            scenery::cup(c, 950.0, 1117.0, materials::PAPER.deep(0.03));
            1240.0
        }
        3 => {
            let sun = Path::oval(760.0, 520.0, 380.0, 380.0);
            c.fill(&sun, mood.accent.lit(0.35), 0.7);
            scenery::steps(c, 330.0, 1290.0, mood.stone);
            scenery::ball(c, 180.0, 1400.0, 120.0, mood.accent.lit(0.2));
            1030.0
        }
        _ => {
            c.fill(&Path::oval(820.0, 560.0, 300.0, 430.0), mood.accent.deep(0.2), 0.85);
            c.fill(&Path::oval(828.0, 562.0, 280.0, 410.0), mood.wall.lit(0.5), 1.0);
            scenery::table(c, 1120.0, mood.stone.deep(0.06));
            scenery::vase(c, 230.0, 1190.0, 1.05, mood.stone.mix(mood.accent, 0.5), leaf.lit(0.15));
            scenery::pear(c, 1030.0, 1290.0, Rgb(0xa4, 0x57, 0x3c));
            1236.0
        }
    };
    let (x, scale) = match seed % 5 {
        0 => (520.0, 0.82),
        1 => (520.0, 0.84),
        2 => (500.0, 0.84),
        3 => (800.0, 0.72),
        _ => (640.0, 0.82),
    };
    match design.shape {
        Shape::KeyFob => hanging(c, design, ground - 140.0, 0.8),
        _ => standing_at(c, design, x, ground, scale),
    }
}

#[cfg(test)]
mod tests;
