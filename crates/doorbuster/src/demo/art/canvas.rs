//! The drawing table: colors, paths, and the few strokes from which every picture is made (panels, straps, stitches, metal).
//!
//! What is drawn lives in the neighboring files; this one only knows how leather, thread and brass look.

use std::fmt::Write as _;

/// A color, eight bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub u8, pub u8, pub u8);

/// Warm paper, the lightest tone of the house.
pub const PAPER: Rgb = Rgb(0xf6, 0xf0, 0xe7);
/// Near black, warm.
pub const INK: Rgb = Rgb(0x1c, 0x17, 0x14);

impl Rgb {
    /// This color moved towards `other`; `share` 0 is this one, 1 the other.
    pub fn mix(self, other: Rgb, share: f64) -> Rgb {
        let channel = |from: u8, to: u8| (f64::from(from) + (f64::from(to) - f64::from(from)) * share).round() as u8;
        Rgb(channel(self.0, other.0), channel(self.1, other.1), channel(self.2, other.2))
    }

    /// Lighter, as if light fell on it.
    pub fn lit(self, share: f64) -> Rgb {
        self.mix(Rgb(0xff, 0xf6, 0xe8), share)
    }

    /// Darker, as if in its own shade.
    pub fn deep(self, share: f64) -> Rgb {
        self.mix(INK, share)
    }

    /// As written in SVG.
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// Perceived brightness, 0 to 1.
    pub fn brightness(self) -> f64 {
        (0.299 * f64::from(self.0) + 0.587 * f64::from(self.1) + 0.114 * f64::from(self.2)) / 255.0
    }
}

/// The outline of something, built point by point; coordinates are rounded to whole units.
#[derive(Clone, Debug, Default)]
pub struct Path {
    text: String,
    point: (i64, i64),
}

impl Path {
    /// Starts at a point.
    pub fn at(x: f64, y: f64) -> Self {
        Self::default().step('M', &[x, y])
    }

    /// A straight line.
    pub fn to(self, x: f64, y: f64) -> Self {
        self.step('L', &[x, y])
    }

    /// A curve with one control point.
    pub fn bend(self, control_x: f64, control_y: f64, x: f64, y: f64) -> Self {
        self.step('Q', &[control_x, control_y, x, y])
    }

    /// A curve with two control points.
    pub fn curve(self, first: (f64, f64), second: (f64, f64), x: f64, y: f64) -> Self {
        self.step('C', &[first.0, first.1, second.0, second.1, x, y])
    }

    /// Starts another outline in the same path.
    pub fn then_at(self, x: f64, y: f64) -> Self {
        self.step('M', &[x, y])
    }

    /// Back to the start.
    pub fn close(mut self) -> Self {
        self.text.push('z');
        self
    }

    /// A rectangle with round corners.
    pub fn rounded(x: f64, y: f64, width: f64, height: f64, radius: f64) -> Self {
        let (right, bottom, r) = (x + width, y + height, radius.min(width / 2.0).min(height / 2.0));
        Self::at(x + r, y)
            .to(right - r, y)
            .bend(right, y, right, y + r)
            .to(right, bottom - r)
            .bend(right, bottom, right - r, bottom)
            .to(x + r, bottom)
            .bend(x, bottom, x, bottom - r)
            .to(x, y + r)
            .bend(x, y, x + r, y)
            .close()
    }

    /// An ellipse.
    pub fn oval(x: f64, y: f64, half_width: f64, half_height: f64) -> Self {
        let mut path = Self::default().step('M', &[x - half_width, y]);
        for side in [1.0, -1.0] {
            let _ = write!(path.text, "A{half_width:.0} {half_height:.0} 0 0 1 {:.0} {y:.0}", x + side * half_width);
        }
        path.close()
    }

    /// Writes one step relative to the point before, which is shorter than writing where it ends.
    fn step(mut self, letter: char, numbers: &[f64]) -> Self {
        let (from_x, from_y) = if letter == 'M' { (0, 0) } else { self.point };
        self.text.push(if letter == 'M' { 'M' } else { letter.to_ascii_lowercase() });
        for (index, number) in numbers.iter().enumerate() {
            let offset = number.round() as i64 - if index % 2 == 0 { from_x } else { from_y };
            let gap = if index == 0 || offset < 0 { "" } else { " " };
            let _ = write!(self.text, "{gap}{offset}");
        }
        self.point = (numbers[numbers.len() - 2].round() as i64, numbers[numbers.len() - 1].round() as i64);
        self
    }
}

/// The metal of rings, locks and feet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metal {
    /// Brushed brass.
    Brass,
    /// Palladium.
    Silver,
    /// Blackened steel.
    Gunmetal,
}

impl Metal {
    fn stops(self) -> [&'static str; 5] {
        match self {
            Self::Brass => ["#7d5c22", "#f3dc9b", "#b48a3c", "#fff1c6", "#8a6727"],
            Self::Silver => ["#6d7075", "#f1f2f3", "#a6aaae", "#ffffff", "#7b7f84"],
            Self::Gunmetal => ["#26282b", "#8d9196", "#44474b", "#b4b8bc", "#2d2f32"],
        }
    }
}

/// What covers a panel besides its color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Texture {
    /// Smooth calf.
    Smooth,
    /// Shrunken grain.
    Pebbled,
    /// Diamond quilting.
    Quilted,
    /// Flat woven strips.
    Woven,
    /// Canvas with a twill line.
    Canvas,
    /// Fine vertical pleats.
    Pleated,
    /// Suede: soft and without shine.
    Suede,
}

/// The materials of one picture.
#[derive(Clone, Copy, Debug)]
pub struct Materials {
    /// The leather of the body.
    pub main: Rgb,
    /// The leather of handles and trims.
    pub trim: Rgb,
    /// What is seen inside.
    pub lining: Rgb,
    /// The surface of the body.
    pub texture: Texture,
    /// Rings and locks.
    pub metal: Metal,
    /// Whether the picture is so near that the grain of the leather shows.
    pub near: bool,
}

impl Materials {
    /// The thread that is seen on a leather of this color.
    pub fn thread(color: Rgb) -> Rgb {
        if color.brightness() > 0.62 { color.deep(0.28) } else { color.lit(0.5) }
    }
}

/// A picture being drawn.
#[derive(Debug)]
pub struct Canvas {
    /// What it is made of.
    pub materials: Materials,
    defs: String,
    body: String,
    outlines: u32,
}

impl Canvas {
    /// An empty picture.
    pub fn new(materials: Materials) -> Self {
        let mut canvas = Self { materials, defs: String::new(), body: String::new(), outlines: 0 };
        canvas.define_light();
        canvas.define_texture();
        canvas
    }

    /// The finished document, `width` by `height`.
    pub fn finish(self, width: u32, height: u32) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\"><defs>{}</defs>\
             <g stroke-linecap=\"round\" stroke-linejoin=\"round\">{}</g></svg>",
            self.defs, self.body
        )
    }

    /// Adds raw markup.
    pub fn raw(&mut self, markup: &str) {
        self.body.push_str(markup);
    }

    /// Adds a definition (a gradient, a clip).
    pub fn define(&mut self, markup: &str) {
        self.defs.push_str(markup);
    }

    /// Draws a part moved, scaled and turned.
    pub fn placed(&mut self, transform: &str, draw: impl FnOnce(&mut Self)) {
        let _ = write!(self.body, "<g transform=\"{transform}\">");
        draw(self);
        self.body.push_str("</g>");
    }

    /// Draws a part half transparent.
    pub fn faint(&mut self, opacity: f64, draw: impl FnOnce(&mut Self)) {
        let _ = write!(self.body, "<g opacity=\"{opacity}\">");
        draw(self);
        self.body.push_str("</g>");
    }

    /// A plain area.
    pub fn fill(&mut self, path: &Path, color: Rgb, opacity: f64) {
        let _ = write!(self.body, "<path d=\"{}\" fill=\"{}\"{}/>", path.text, color.hex(), opacity_attribute(opacity));
    }

    /// An area in the color of the group it stands in.
    pub fn fill_inherited(&mut self, path: &Path) {
        let _ = write!(self.body, "<path d=\"{}\"/>", path.text);
    }

    /// An area painted with a gradient defined before.
    pub fn paint(&mut self, path: &Path, gradient: &str, opacity: f64) {
        let _ = write!(self.body, "<path d=\"{}\" fill=\"url(#{gradient})\"{}/>", path.text, opacity_attribute(opacity));
    }

    /// A line.
    pub fn line(&mut self, path: &Path, color: Rgb, width: f64, opacity: f64) {
        let _ = write!(
            self.body,
            "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{width}\"{}/>",
            path.text,
            color.hex(),
            opacity_attribute(opacity)
        );
    }

    /// A seam: a groove and the thread in it.
    pub fn stitch(&mut self, path: &Path, leather: Rgb) {
        self.outlines += 1;
        let (id, thread) = (self.outlines, Materials::thread(leather).hex());
        let _ = write!(self.defs, "<path id=\"o{id}\" d=\"{}\"/>", path.text);
        let _ = write!(
            self.body,
            "<g fill=\"none\"><use href=\"#o{id}\" stroke=\"{}\" stroke-width=\"5\" opacity=\".35\"/><use href=\"#o{id}\" stroke=\"{thread}\" \
             stroke-width=\"3\" stroke-dasharray=\"11 6\" opacity=\".85\"/></g>",
            leather.deep(0.6).hex()
        );
    }

    /// A panel of plain leather: color, edge paint, light from the left above.
    pub fn panel(&mut self, path: &Path, color: Rgb) {
        self.leather(path, color, None);
    }

    /// A panel with the surface of the body.
    pub fn body_panel(&mut self, path: &Path, color: Rgb) {
        self.leather(path, color, Some(self.materials.texture));
    }

    fn leather(&mut self, path: &Path, color: Rgb, texture: Option<Texture>) {
        self.outlines += 1;
        let id = self.outlines;
        let _ = write!(self.defs, "<path id=\"o{id}\" d=\"{}\"/>", path.text);
        let layer = |fill: &str| format!("<use href=\"#o{id}\" fill=\"url(#{fill})\"/>");
        let _ = write!(
            self.body,
            "<use href=\"#o{id}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"4\"/>",
            color.hex(),
            color.deep(0.45).hex()
        );
        if let Some(texture) = texture.filter(|texture| *texture != Texture::Smooth) {
            let id = if texture == Texture::Suede { "sv" } else { "tx" };
            self.body.push_str(&layer(id));
        }
        if self.materials.near {
            let _ = write!(self.body, "<use href=\"#o{id}\" filter=\"url(#gr)\" opacity=\".3\"/>");
        }
        self.body.push_str(&layer("sh"));
        self.body.push_str(&layer("sv"));
    }

    /// A strap: edge paint, leather, two seams, a soft light along the middle.
    pub fn strap(&mut self, path: &Path, width: f64, color: Rgb) {
        self.outlines += 1;
        let id = self.outlines;
        let _ = write!(self.defs, "<path id=\"o{id}\" d=\"{}\"/>", path.text);
        let stroke = |color: Rgb, width: f64, more: &str| {
            format!("<use href=\"#o{id}\" stroke=\"{}\" stroke-width=\"{width:.0}\"{more}/>", color.hex())
        };
        self.body.push_str("<g fill=\"none\" stroke-linecap=\"butt\">");
        self.body.push_str(&stroke(color.deep(0.5), width + 5.0, ""));
        self.body.push_str(&stroke(color, width, ""));
        if width >= 20.0 {
            self.body.push_str(&stroke(Materials::thread(color), width - 8.0, " stroke-dasharray=\"10 6\" opacity=\".8\""));
            self.body.push_str(&stroke(color.lit(0.06), width - 13.0, ""));
        }
        self.body.push_str(&stroke(color.lit(0.55), width * 0.22, " opacity=\".28\" stroke-linecap=\"round\""));
        self.body.push_str("</g>");
    }

    /// A chain, link by link.
    pub fn chain(&mut self, path: &Path) {
        self.outlines += 1;
        let id = self.outlines;
        let _ = write!(self.defs, "<path id=\"o{id}\" d=\"{}\"/>", path.text);
        let stops = self.materials.metal.stops();
        let _ = write!(
            self.body,
            "<g fill=\"none\"><use href=\"#o{id}\" stroke=\"{}\" stroke-width=\"15\" stroke-dasharray=\"12 17\"/>\
             <use href=\"#o{id}\" stroke=\"{}\" stroke-width=\"9\" stroke-dasharray=\"12 17\"/>\
             <use href=\"#o{id}\" stroke=\"{}\" stroke-width=\"6\" stroke-dasharray=\"6 23\" stroke-dashoffset=\"-17\"/></g>",
            stops[0], stops[1], stops[2]
        );
    }

    /// A ring seen from the front.
    pub fn ring(&mut self, x: f64, y: f64, radius: f64, width: f64) {
        let _ = write!(
            self.body,
            "<g fill=\"none\"><circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius:.0}\" stroke=\"{}\" stroke-width=\"{:.0}\"/><circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius:.0}\" \
             stroke=\"url(#hw)\" stroke-width=\"{width:.0}\"/></g>",
            self.materials.metal.stops()[0],
            width + 3.0
        );
    }

    /// A rivet or snap.
    pub fn rivet(&mut self, x: f64, y: f64, radius: f64) {
        let _ = write!(self.body, "<use href=\"#rv\" transform=\"translate({x:.0} {y:.0}) scale({:.1})\"/>", radius / 10.0);
    }

    /// A piece of metal of any outline, with the shadow it throws on the leather.
    pub fn metal(&mut self, path: &Path) {
        let edge = self.materials.metal.stops()[0];
        let _ = write!(
            self.body,
            "<path d=\"{0}\" transform=\"translate(4 7)\" opacity=\".28\"/><path d=\"{0}\" fill=\"url(#hw)\" stroke=\"{edge}\" stroke-width=\"2\"/>",
            path.text
        );
    }

    /// A line of metal: teeth of a zip, a wire.
    pub fn metal_line(&mut self, path: &Path, width: f64) {
        let color = self.materials.metal.stops()[1];
        let _ = write!(
            self.body,
            "<path d=\"{}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" stroke-linecap=\"butt\"/>",
            path.text
        );
    }

    /// The house mark pressed into the leather: an open ring with a quill's stroke through its tail.
    pub fn mark(&mut self, x: f64, y: f64, size: f64, color: Rgb) {
        let _ = write!(
            self.body,
            "<g transform=\"translate({x:.0} {y:.0}) scale({:.2})\" fill=\"none\"><g stroke=\"{}\" opacity=\".5\" transform=\"translate(1 2)\">{MARK}</g>\
             <g stroke=\"url(#hw)\">{MARK}</g></g>",
            size / 50.0,
            color.deep(0.7).hex()
        );
    }

    fn define_light(&mut self) {
        let [a, b, c, d, e] = self.materials.metal.stops();
        let matte = self.materials.texture == Texture::Suede;
        let (shine, dark) = if matte { (0.1, 0.2) } else { (0.24, 0.3) };
        let _ = write!(
            self.defs,
            "<linearGradient id=\"hw\" x2=\".7\" y2=\"1\"><stop stop-color=\"{a}\"/><stop offset=\".22\" stop-color=\"{b}\"/><stop offset=\".5\" stop-color=\"{c}\"/>\
             <stop offset=\".7\" stop-color=\"{d}\"/><stop offset=\"1\" stop-color=\"{e}\"/></linearGradient>\
             <linearGradient id=\"sh\"><stop stop-opacity=\".2\"/><stop offset=\".09\" stop-opacity=\".02\" stop-color=\"#fff\"/><stop offset=\".26\" stop-color=\"#fff\" stop-opacity=\"{shine}\"/>\
             <stop offset=\".48\" stop-color=\"#fff\" stop-opacity=\".02\"/><stop offset=\".68\" stop-opacity=\".05\"/><stop offset=\"1\" stop-opacity=\"{dark}\"/></linearGradient>\
             <linearGradient id=\"sv\" x2=\"0\" y2=\"1\"><stop stop-color=\"#fff\" stop-opacity=\".16\"/><stop offset=\".2\" stop-color=\"#fff\" stop-opacity=\"0\"/>\
             <stop offset=\".65\" stop-opacity=\".02\"/><stop offset=\"1\" stop-opacity=\".26\"/></linearGradient>\
             <radialGradient id=\"gs\"><stop stop-opacity=\".6\"/><stop offset=\".45\" stop-opacity=\".3\"/><stop offset=\"1\" stop-opacity=\"0\"/></radialGradient>\
             <g id=\"rv\"><circle cx=\"3\" cy=\"4\" r=\"10\" opacity=\".35\"/><circle r=\"10\" fill=\"url(#hw)\"/><circle cx=\"-3\" cy=\"-4\" r=\"3\" fill=\"#fff\" opacity=\".55\"/></g>"
        );
        if self.materials.near {
            self.defs.push_str(
                "<filter id=\"gr\" x=\"0\" y=\"0\" width=\"1\" height=\"1\"><feTurbulence type=\"fractalNoise\" baseFrequency=\".2\" numOctaves=\"3\" seed=\"4\"/>\
                 <feColorMatrix values=\"0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1.6 0 0 0 -.62\"/><feComposite in2=\"SourceGraphic\" operator=\"in\"/></filter>",
            );
        }
    }

    fn define_texture(&mut self) {
        let (light, dark) = (self.materials.main.lit(0.5).hex(), self.materials.main.deep(0.6).hex());
        let (size, drawing) = match self.materials.texture {
            Texture::Smooth | Texture::Suede => return,
            Texture::Pebbled => (
                "18\" height=\"16",
                format!(
                    "<g fill=\"none\" stroke=\"{dark}\" opacity=\".24\"><circle cx=\"5\" cy=\"5\" r=\"4\"/><circle cx=\"14\" cy=\"12\" r=\"4\"/></g>\
                     <g fill=\"{light}\" opacity=\".2\"><circle cx=\"4\" cy=\"4\" r=\"2\"/><circle cx=\"13\" cy=\"11\" r=\"2\"/></g>"
                ),
            ),
            Texture::Quilted => (
                "92\" height=\"92",
                format!(
                    "<path d=\"M46 0L92 46 46 92 0 46z\" fill=\"{light}\" opacity=\".1\"/><path d=\"M46 8L84 46 46 46z\" fill=\"{light}\" opacity=\".1\"/>\
                     <path d=\"M0 46L46 0 92 46 46 92z\" fill=\"none\" stroke=\"{dark}\" stroke-width=\"5\" opacity=\".4\"/>\
                     <path d=\"M0 46L46 0 92 46 46 92z\" fill=\"none\" stroke=\"{light}\" stroke-width=\"2\" stroke-dasharray=\"7 5\" opacity=\".5\"/>"
                ),
            ),
            Texture::Woven => (
                "56\" height=\"56",
                format!(
                    "<g fill=\"{dark}\" opacity=\".16\"><path d=\"M0 0h28v28H0zM28 28h28v28H28z\"/></g><g fill=\"{light}\" opacity=\".13\"><path d=\"M28 3h28v9H28zM0 31h28v9H0zM4 0h8v28H4zM32 28h8v28h-8z\"/></g>\
                     <path d=\"M0 0H56M0 28H56M0 0V56M28 0V56\" stroke=\"{dark}\" stroke-width=\"3\" opacity=\".5\"/>"
                ),
            ),
            Texture::Canvas => (
                "8\" height=\"8",
                format!(
                    "<path d=\"M0 8L8 0\" stroke=\"{dark}\" stroke-width=\"1.6\" opacity=\".22\"/><path d=\"M0 4L4 0M4 8L8 4\" stroke=\"{light}\" stroke-width=\"1.2\" opacity=\".3\"/>"
                ),
            ),
            Texture::Pleated => (
                "34\" height=\"34",
                format!(
                    "<path d=\"M0 0h11v34H0z\" fill=\"{light}\" opacity=\".22\"/><path d=\"M24 0h8v34h-8z\" fill=\"{dark}\" opacity=\".22\"/><path d=\"M33 0v34\" stroke=\"{dark}\" stroke-width=\"2\" opacity=\".5\"/>"
                ),
            ),
        };
        let _ = write!(self.defs, "<pattern id=\"tx\" patternUnits=\"userSpaceOnUse\" width=\"{size}\">{drawing}</pattern>");
    }
}

const MARK: &str =
    "<path d=\"M14 18A23 23 0 1 1 20 10\" stroke-width=\"4\"/><path d=\"M2 4C10 8 20 20 27 30\" stroke-width=\"4\"/>";

fn opacity_attribute(opacity: f64) -> String {
    if opacity >= 1.0 { String::new() } else { format!(" opacity=\"{opacity:.2}\"") }
}
