//! Where a thing stands: studio backdrops, plinths, and the props of the still lifes.

use super::canvas::Canvas;
use super::materials::{INK, PAPER, Rgb};
use super::path::Path;
use std::fmt::Write as _;

/// The colors of a scene: wall, floor, and a second color for props.
#[derive(Clone, Copy, Debug)]
pub struct Mood {
    /// The wall.
    pub wall: Rgb,
    /// The floor, or a table.
    pub floor: Rgb,
    /// Plinths, arches, vases.
    pub stone: Rgb,
    /// One thing that answers the bag's color.
    pub accent: Rgb,
}

impl Mood {
    /// A quiet mood, tone on tone with a bag of this color.
    pub fn around(main: Rgb) -> Self {
        let warm = PAPER.mix(Rgb(0xd8, 0xc4, 0xa8), 0.35);
        Self {
            wall: warm.mix(main, 0.13).lit(0.1),
            floor: warm.mix(main, 0.2).deep(0.03),
            stone: PAPER.mix(main, 0.16).deep(0.02),
            accent: main.mix(Rgb(0xc9, 0x8b, 0x5e), 0.45),
        }
    }
}

/// An empty studio: a wall that bends into the floor, light from the left above.
pub fn studio(c: &mut Canvas, mood: &Mood) {
    let (wall, floor) = (mood.wall, mood.floor);
    let mut defs = String::new();
    let _ = write!(
        defs,
        "<linearGradient id=\"bg\" x2=\"0\" y2=\"1\"><stop stop-color=\"{}\"/><stop offset=\".62\" stop-color=\"{}\"/>\
         <stop offset=\".76\" stop-color=\"{}\"/>\
         <stop offset=\".84\" stop-color=\"{}\"/><stop offset=\"1\" stop-color=\"{}\"/></linearGradient>\
         <radialGradient id=\"lt\" cx=\".32\" cy=\".3\" r=\".75\"><stop stop-color=\"#fffaf0\" stop-opacity=\".7\"/>\
         <stop offset=\"1\" stop-color=\"#fffaf0\" stop-opacity=\"0\"/></radialGradient>",
        wall.deep(0.05).hex(),
        wall.hex(),
        floor.deep(0.05).hex(),
        floor.lit(0.12).hex(),
        floor.hex()
    );
    c.define(&defs);
    c.raw("<path fill=\"url(#bg)\" d=\"M0 0H1200V1500H0z\"/><path fill=\"url(#lt)\" d=\"M0 0H1200V1500H0z\"/>");
}

/// The shadow of something that stands at (x, y).
pub fn ground_shadow(c: &mut Canvas, x: f64, y: f64, half_width: f64) {
    c.paint(&Path::oval(x + half_width * 0.22, y + 6.0, half_width * 1.35, half_width * 0.17), "gs", 0.55);
    c.paint(&Path::oval(x, y + 2.0, half_width * 1.02, half_width * 0.06), "gs", 0.95);
}

/// A block of stone with its top seen; `top` is the height of its front edge.
pub fn plinth(c: &mut Canvas, left: f64, right: f64, top: f64, stone: Rgb) {
    c.paint(&Path::at(right - 40.0, 1500.0).to(right - 20.0, top).to(1200.0, top + 240.0).to(1200.0, 1500.0).close(), "sv", 0.7);
    c.fill(
        &Path::at(left, top).to(left + 46.0, top - 96.0).to(right - 46.0, top - 96.0).to(right, top).close(),
        stone.lit(0.45),
        1.0,
    );
    c.fill(&Path::at(left, top).to(right, top).to(right, 1500.0).to(left, 1500.0).close(), stone.deep(0.07), 1.0);
    c.paint(&Path::at(left, top).to(right, top).to(right, 1500.0).to(left, 1500.0).close(), "sh", 0.4);
    c.line(&Path::at(left, top).to(right, top), stone.lit(0.8), 3.0, 0.8);
}

/// A round drum of stone.
pub fn drum(c: &mut Canvas, x: f64, half_width: f64, top: f64, bottom: f64, stone: Rgb) {
    let tilt = half_width * 0.14;
    ground_shadow(c, x, bottom + tilt * 0.8, half_width);
    let side = Path::at(x - half_width, top)
        .to(x + half_width, top)
        .to(x + half_width, bottom)
        .bend(x, bottom + tilt * 2.0, x - half_width, bottom)
        .close();
    c.fill(&side, stone.deep(0.08), 1.0);
    c.paint(&side, "sh", 0.8);
    c.fill(&Path::oval(x, top, half_width, tilt), stone.lit(0.4), 1.0);
}

/// An arch cut into the wall.
pub fn arch(c: &mut Canvas, left: f64, right: f64, top: f64, bottom: f64, color: Rgb) {
    let radius = (right - left) / 2.0;
    let outline = |inset: f64| {
        let (l, r, rad) = (left + inset, right, radius - inset / 2.0);
        let k = rad * 0.552;
        let (mid, shoulder) = ((l + r) / 2.0, top + radius);
        Path::at(l, bottom)
            .to(l, shoulder)
            .curve((l, shoulder - k), (mid - k, shoulder - rad), mid, shoulder - rad)
            .curve((mid + k, shoulder - rad), (r, shoulder - k), r, shoulder)
            .to(r, bottom)
            .close()
    };
    c.fill(&outline(0.0), color.deep(0.28), 1.0);
    c.fill(&outline(54.0), color, 1.0);
    c.paint(&outline(54.0), "sh", 0.35);
}

/// Light through a window, thrown across the wall.
pub fn window_light(c: &mut Canvas) {
    c.raw("<g fill=\"#fff6e2\" opacity=\".42\">");
    for (column, row) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 2.0), (1.0, 2.0)] {
        let (x, y) = (420.0 + column * 300.0 + row * 40.0, 60.0 + row * 330.0 + column * 110.0);
        let pane = Path::at(x, y).to(x + 270.0, y + 99.0).to(x + 306.0, y + 399.0).to(x + 36.0, y + 300.0).close();
        c.fill_inherited(&pane);
    }
    c.raw("</g>");
}

/// A curtain on the left.
pub fn curtain(c: &mut Canvas, color: Rgb) {
    for index in 0..6 {
        let x = f64::from(index) * 70.0 - 40.0;
        let fold = Path::at(x, 0.0)
            .to(x + 84.0, 0.0)
            .curve((x + 60.0, 500.0), (x + 130.0, 900.0), x + 96.0, 1330.0)
            .bend(x + 50.0, 1356.0, x + 4.0, 1330.0)
            .curve((x + 30.0, 900.0), (x - 30.0, 500.0), x, 0.0)
            .close();
        c.fill(&fold, color.deep(0.02 * f64::from(index)), 1.0);
        c.paint(&fold, "sh", 0.9);
    }
}

/// A vase with a branch of leaves.
pub fn vase(c: &mut Canvas, x: f64, y: f64, scale: f64, clay: Rgb, leaf: Rgb) {
    c.placed(&format!("translate({x:.0} {y:.0}) scale({scale})"), |c| {
        ground_shadow(c, 0.0, 0.0, 110.0);
        c.line(&Path::at(0.0, -250.0).curve((-20.0, -420.0), (60.0, -560.0), 30.0, -760.0), leaf.deep(0.35), 7.0, 1.0);
        c.line(&Path::at(6.0, -380.0).curve((60.0, -470.0), (110.0, -500.0), 150.0, -600.0), leaf.deep(0.35), 5.0, 1.0);
        c.define(&format!(
            "<g id=\"lf\"><path d=\"M0 0Q50-34 104 0 50 30 0 0\" fill=\"{}\"/>\
             <path d=\"M0 0Q50 30 104 0z\" fill=\"{}\" opacity=\".6\"/></g>",
            leaf.hex(),
            leaf.deep(0.3).hex()
        ));
        for (px, py, turn, size) in [
            (30.0, -760.0, -90.0, 1.0),
            (34.0, -700.0, -30.0, 1.1),
            (40.0, -650.0, -150.0, 1.1),
            (44.0, -580.0, -35.0, 1.2),
            (34.0, -540.0, -160.0, 1.2),
            (22.0, -470.0, -150.0, 1.1),
            (150.0, -600.0, -70.0, 1.0),
            (128.0, -550.0, 0.0, 1.0),
            (110.0, -520.0, -120.0, 1.0),
            (66.0, -470.0, 10.0, 1.1),
            (0.0, -400.0, -165.0, 1.0),
        ] {
            c.raw(&format!("<use href=\"#lf\" transform=\"translate({px} {py}) rotate({turn}) scale({size})\"/>"));
        }
        let body = Path::at(-34.0, -270.0)
            .to(34.0, -270.0)
            .curve((30.0, -210.0), (112.0, -190.0), 108.0, -90.0)
            .curve((106.0, -20.0), (70.0, 0.0), 50.0, 0.0)
            .to(-50.0, 0.0)
            .curve((-70.0, 0.0), (-106.0, -20.0), -108.0, -90.0)
            .curve((-112.0, -190.0), (-30.0, -210.0), -34.0, -270.0)
            .close();
        c.fill(&body, clay, 1.0);
        c.paint(&body, "sh", 1.0);
        c.paint(&body, "sv", 0.8);
        c.fill(&Path::oval(0.0, -270.0, 34.0, 8.0), clay.deep(0.6), 1.0);
    });
}

/// Three books, lying.
pub fn books(c: &mut Canvas, x: f64, y: f64, colors: [Rgb; 3]) {
    ground_shadow(c, x, y, 190.0);
    let mut bottom = y;
    for (index, color) in colors.into_iter().enumerate() {
        let (height, shift, half) = (44.0 + 8.0 * index as f64, [0.0, -16.0, 12.0][index], [190.0, 176.0, 160.0][index]);
        let left = x + shift - half;
        c.fill(&Path::rounded(left, bottom - height, half * 2.0, height, 6.0), color, 1.0);
        c.fill(
            &Path::at(left + 26.0, bottom - height + 8.0)
                .to(left + half * 2.0 - 4.0, bottom - height + 8.0)
                .to(left + half * 2.0 - 4.0, bottom - 8.0)
                .to(left + 26.0, bottom - 8.0)
                .close(),
            PAPER.deep(0.06),
            1.0,
        );
        c.paint(&Path::rounded(left, bottom - height, half * 2.0, height, 6.0), "sh", 0.7);
        bottom -= height;
    }
}

/// A cup on its saucer.
pub fn cup(c: &mut Canvas, x: f64, y: f64, clay: Rgb) {
    ground_shadow(c, x, y, 110.0);
    c.fill(&Path::oval(x, y - 8.0, 118.0, 20.0), clay.deep(0.1), 1.0);
    c.fill(&Path::oval(x, y - 13.0, 116.0, 18.0), clay.lit(0.3), 1.0);
    c.line(
        &Path::at(x + 66.0, y - 96.0).curve((x + 128.0, y - 110.0), (x + 116.0, y - 36.0), x + 56.0, y - 44.0),
        clay.deep(0.12),
        13.0,
        1.0,
    );
    let body = Path::at(x - 74.0, y - 118.0)
        .to(x + 74.0, y - 118.0)
        .curve((x + 72.0, y - 50.0), (x + 46.0, y - 14.0), x + 34.0, y - 14.0)
        .to(x - 34.0, y - 14.0)
        .curve((x - 46.0, y - 14.0), (x - 72.0, y - 50.0), x - 74.0, y - 118.0)
        .close();
    c.fill(&body, clay, 1.0);
    c.paint(&body, "sh", 0.9);
    c.fill(&Path::oval(x, y - 118.0, 74.0, 15.0), clay.lit(0.4), 1.0);
    c.fill(&Path::oval(x, y - 115.0, 64.0, 11.0), Rgb(0x3b, 0x24, 0x17), 1.0);
}

/// A pear.
pub fn pear(c: &mut Canvas, x: f64, y: f64, skin: Rgb) {
    ground_shadow(c, x, y, 70.0);
    let body = Path::at(x, y - 170.0)
        .curve((x + 46.0, y - 172.0), (x + 30.0, y - 110.0), x + 66.0, y - 70.0)
        .curve((x + 92.0, y - 30.0), (x + 56.0, y), x, y)
        .curve((x - 56.0, y), (x - 92.0, y - 30.0), x - 66.0, y - 70.0)
        .curve((x - 30.0, y - 110.0), (x - 46.0, y - 172.0), x, y - 170.0)
        .close();
    c.fill(&body, skin, 1.0);
    c.paint(&body, "sh", 1.0);
    c.paint(&body, "sv", 1.0);
    c.line(&Path::at(x, y - 168.0).bend(x + 4.0, y - 196.0, x + 22.0, y - 212.0), INK.lit(0.25), 7.0, 1.0);
}

/// A ball of stone.
pub fn ball(c: &mut Canvas, x: f64, y: f64, radius: f64, stone: Rgb) {
    ground_shadow(c, x, y, radius);
    let ball = Path::oval(x, y - radius, radius, radius);
    c.fill(&ball, stone, 1.0);
    c.paint(&ball, "sh", 1.0);
    c.paint(&ball, "sv", 1.0);
}

/// Steps rising to the right.
pub fn steps(c: &mut Canvas, left: f64, top: f64, stone: Rgb) {
    for index in 0..3 {
        let step = f64::from(2 - index);
        let (x, y) = (left + step * 150.0, top - step * 120.0);
        c.fill(&Path::at(x, y).to(x + 30.0, y - 40.0).to(1200.0, y - 40.0).to(1200.0, y).close(), stone.lit(0.4), 1.0);
        let front = Path::at(x, y).to(1200.0, y).to(1200.0, 1500.0).to(x, 1500.0).close();
        c.fill(&front, stone.deep(0.06 + 0.03 * step), 1.0);
        c.paint(&front, "sh", 0.25);
    }
}

/// A table across the picture.
pub fn table(c: &mut Canvas, top: f64, wood: Rgb) {
    let path = Path::at(0.0, top).to(1200.0, top).to(1200.0, 1500.0).to(0.0, 1500.0).close();
    c.fill(&path, wood, 1.0);
    c.paint(&path, "sh", 0.5);
    c.line(&Path::at(0.0, top).to(1200.0, top), wood.lit(0.5), 4.0, 0.7);
}
