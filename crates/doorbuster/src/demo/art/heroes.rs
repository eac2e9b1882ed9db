//! The large still lifes at the head of the home pages and of the sales. Pages crop them to anything between a square and a wide
//! strip, so what matters stands around the middle.

use super::bags::{self, Design, Detail, Shape};
use super::canvas::Canvas;
use super::coffee;
use super::materials::{Materials, Metal, PAPER, Rgb, Texture};
use super::path::Path;
use super::scenery;

/// Width of a hero.
pub const HERO_WIDTH: u32 = 1380;
/// Height of a hero.
pub const HERO_HEIGHT: u32 = 1200;

/// Which still life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hero {
    /// Morning on the lake: the home page of Quillmere.
    Lake,
    /// Arches and shelves: the archive sale.
    Archive,
    /// A clear evening: the frost sale.
    Frost,
    /// Fruit on a table: the harvest sale.
    Harvest,
    /// The brew bar: the home page of Juniper Roasters.
    BrewBar,
}

const COGNAC: Rgb = Rgb(0x9a, 0x56, 0x2f);
const CHALK: Rgb = Rgb(0xea, 0xe2, 0xd3);
const OXBLOOD: Rgb = Rgb(0x64, 0x22, 0x29);
const PETROL: Rgb = Rgb(0x1f, 0x4a, 0x52);
const FERN: Rgb = Rgb(0x52, 0x64, 0x42);

/// Draws a hero.
pub fn hero_svg(hero: Hero) -> String {
    let mut canvas = Canvas::new(Materials {
        main: COGNAC,
        trim: COGNAC.deep(0.2),
        lining: Rgb(0xb9, 0x8a, 0x62),
        texture: Texture::Smooth,
        metal: Metal::Brass,
        near: false,
    });
    // The scenes are drawn on a wider ground; its left edge is never seen.
    canvas.placed("translate(-420 0)", |c| match hero {
        Hero::Lake => lake(c),
        Hero::Archive => archive(c),
        Hero::Frost => frost(c),
        Hero::Harvest => harvest(c),
        Hero::BrewBar => coffee::brew_bar(c),
    });
    canvas.finish(HERO_WIDTH, HERO_HEIGHT)
}

fn sky(c: &mut Canvas, top: Rgb, bottom: Rgb) {
    c.define(&format!(
        "<linearGradient id=\"sk\" x2=\".25\" y2=\"1\"><stop stop-color=\"{}\"/><stop offset=\"1\" stop-color=\"{}\"/>\
         </linearGradient>",
        top.hex(),
        bottom.hex()
    ));
    c.raw("<path fill=\"url(#sk)\" d=\"M0 0H1800V1200H0z\"/>");
}

fn block(c: &mut Canvas, left: f64, right: f64, top: f64, stone: Rgb) {
    let front = Path::at(left, top).to(right, top).to(right, 1200.0).to(left, 1200.0).close();
    c.fill(
        &Path::at(left, top).to(left + 30.0, top - 54.0).to(right - 30.0, top - 54.0).to(right, top).close(),
        stone.lit(0.4),
        1.0,
    );
    c.fill(&front, stone, 1.0);
    c.paint(&front, "sh", 0.45);
}

fn bag(c: &mut Canvas, design: Design, color: Rgb, trim: Rgb, place: (f64, f64, f64)) {
    let (x, y, scale) = place;
    c.materials.main = color;
    c.materials.trim = trim;
    scenery::ground_shadow(c, x, y, 350.0 * design.width * scale);
    c.placed(&format!("translate({x:.0} {y:.0}) scale({scale})"), |c| bags::draw(c, &design));
}

fn design(shape: Shape, detail: Detail) -> Design {
    Design { shape, width: 1.0, height: 1.0, detail }
}

fn lake(c: &mut Canvas) {
    sky(c, Rgb(0xf1, 0xe6, 0xd6), Rgb(0xe6, 0xcf, 0xb6));
    c.fill(&Path::oval(1260.0, 400.0, 290.0, 290.0), Rgb(0xe9, 0xb0, 0x83), 0.75);
    let far = Path::at(0.0, 640.0)
        .curve((260.0, 520.0), (480.0, 610.0), 700.0, 560.0)
        .curve((980.0, 490.0), (1200.0, 620.0), 1800.0, 500.0)
        .to(1800.0, 800.0)
        .to(0.0, 800.0)
        .close();
    c.fill(&far, Rgb(0xb7, 0xb6, 0x9d), 0.75);
    let near = Path::at(0.0, 720.0)
        .curve((300.0, 640.0), (620.0, 740.0), 900.0, 690.0)
        .curve((1200.0, 640.0), (1500.0, 720.0), 1800.0, 650.0)
        .to(1800.0, 860.0)
        .to(0.0, 860.0)
        .close();
    c.fill(&near, Rgb(0x7f, 0x8c, 0x76), 0.85);
    c.fill(&Path::at(0.0, 770.0).to(1800.0, 770.0).to(1800.0, 1200.0).to(0.0, 1200.0).close(), Rgb(0xc9, 0xc3, 0xae), 1.0);
    for (y, left, right) in
        [(800.0, 900.0, 1560.0), (826.0, 1040.0, 1500.0), (852.0, 980.0, 1440.0), (884.0, 300.0, 620.0), (930.0, 120.0, 520.0)]
    {
        c.line(&Path::at(left, y).to(right, y), PAPER, 5.0, 0.5);
    }
    block(c, 760.0, 1300.0, 1060.0, Rgb(0xd9, 0xcb, 0xb4));
    block(c, 1220.0, 1800.0, 960.0, Rgb(0xcf, 0xbf, 0xa6));
    bag(c, design(Shape::Saddle, Detail::Plain), COGNAC, COGNAC.deep(0.22), (1490.0, 935.0, 0.62));
    bag(c, design(Shape::Tote, Detail::TwoTone), CHALK, COGNAC, (1030.0, 1036.0, 0.74));
}

fn archive(c: &mut Canvas) {
    sky(c, Rgb(0xdc, 0xa8, 0x86), Rgb(0xc5, 0x83, 0x60));
    let clay = Rgb(0xd4, 0x98, 0x74);
    for (left, right, top) in [(800.0, 1210.0, 190.0), (1270.0, 1680.0, 190.0)] {
        scenery::arch(c, left, right, top, 960.0, clay.lit(0.22));
    }
    block(c, 700.0, 1800.0, 960.0, Rgb(0xe0, 0xb3, 0x92));
    bag(c, design(Shape::Hobo, Detail::Plain), OXBLOOD, OXBLOOD.deep(0.25), (1010.0, 940.0, 0.62));
    bag(c, design(Shape::Baguette, Detail::Plain), FERN, FERN.deep(0.25), (1475.0, 940.0, 0.56));
    scenery::pear(c, 1225.0, 950.0, Rgb(0xc2, 0xa2, 0x4a));
}

fn frost(c: &mut Canvas) {
    sky(c, Rgb(0x14, 0x28, 0x33), Rgb(0x2d, 0x52, 0x5e));
    c.fill(&Path::oval(1240.0, 420.0, 310.0, 310.0), Rgb(0xea, 0xe6, 0xd8), 0.16);
    c.fill(&Path::oval(1240.0, 420.0, 250.0, 250.0), Rgb(0xf2, 0xec, 0xdd), 0.92);
    c.fill(&Path::oval(1180.0, 370.0, 50.0, 44.0), Rgb(0xd8, 0xd2, 0xc4), 0.6);
    c.fill(&Path::oval(1320.0, 500.0, 70.0, 56.0), Rgb(0xd8, 0xd2, 0xc4), 0.45);
    c.raw("<g fill=\"#f6f0e7\" opacity=\".6\">");
    for index in 0..46_u32 {
        c.raw(&format!("<circle cx=\"{}\" cy=\"{}\" r=\"{}\"/>", index * 389 % 1790, index * 211 % 900, 1 + index % 4));
    }
    c.raw("</g>");
    let hill = Path::at(0.0, 900.0)
        .curve((300.0, 760.0), (520.0, 900.0), 860.0, 820.0)
        .curve((1200.0, 740.0), (1500.0, 860.0), 1800.0, 770.0)
        .to(1800.0, 1200.0)
        .to(0.0, 1200.0)
        .close();
    c.fill(&hill, Rgb(0x9f, 0xb4, 0xb8), 0.55);
    let snow = Path::at(0.0, 1010.0)
        .curve((400.0, 930.0), (760.0, 1000.0), 1100.0, 960.0)
        .curve((1400.0, 930.0), (1600.0, 980.0), 1800.0, 940.0)
        .to(1800.0, 1200.0)
        .to(0.0, 1200.0)
        .close();
    c.fill(&snow, Rgb(0xdd, 0xe4, 0xe2), 1.0);
    bag(c, design(Shape::Doctor, Detail::Plain), OXBLOOD, OXBLOOD.deep(0.28), (1060.0, 1080.0, 0.72));
    bag(c, design(Shape::Bucket, Detail::Plain), CHALK, COGNAC, (1540.0, 1060.0, 0.6));
}

fn harvest(c: &mut Canvas) {
    sky(c, Rgb(0xe9, 0xd9, 0xb4), Rgb(0xd9, 0xb9, 0x7c));
    let wood = Path::at(0.0, 930.0).to(1800.0, 930.0).to(1800.0, 1200.0).to(0.0, 1200.0).close();
    c.fill(&wood, Rgb(0x9c, 0x6b, 0x45), 1.0);
    c.paint(&wood, "sh", 0.4);
    scenery::vase(c, 820.0, 990.0, 0.9, Rgb(0xc9, 0x8b, 0x5e), FERN.lit(0.1));
    bag(c, design(Shape::Satchel, Detail::Plain), PETROL, COGNAC, (1260.0, 1040.0, 0.74));
    for (x, y, color) in [(1640.0, 1060.0, 0xc2_u8), (1730.0, 1020.0, 0x9c)] {
        scenery::pear(c, x, y, Rgb(color, 0x82, 0x3c));
    }
}
