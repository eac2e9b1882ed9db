//! The drawing table: the few strokes from which every picture is made (panels, straps, stitches, metal).
//!
//! What is drawn lives in the neighboring files; this one only knows how leather, thread and brass look.

use super::materials::{Materials, Rgb, Texture};
use super::path::Path;
use std::fmt::Write as _;

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
        canvas.defs.push_str(&materials.pattern());
        canvas
    }

    /// The finished document, `width` by `height`.
    pub fn finish(self, width: u32, height: u32) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\"><defs>{}</defs>\
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
            "<g fill=\"none\"><use href=\"#o{id}\" stroke=\"{}\" stroke-width=\"5\" opacity=\".35\"/>\
             <use href=\"#o{id}\" stroke=\"{thread}\" \
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
            // Grain is the shadow of pores: it shows less where the leather is light.
            let grain = 0.34 - 0.2 * color.brightness();
            let _ = write!(self.body, "<use href=\"#o{id}\" filter=\"url(#gr)\" opacity=\"{grain:.2}\"/>");
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
            "<g fill=\"none\"><circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius:.0}\" stroke=\"{}\" stroke-width=\"{:.0}\"/>\
             <circle cx=\"{x:.0}\" cy=\"{y:.0}\" r=\"{radius:.0}\" \
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
            "<path d=\"{0}\" transform=\"translate(4 7)\" opacity=\".28\"/>\
             <path d=\"{0}\" fill=\"url(#hw)\" stroke=\"{edge}\" stroke-width=\"2\"/>",
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
            "<g transform=\"translate({x:.0} {y:.0}) scale({:.2})\" fill=\"none\">\
             <g stroke=\"{}\" opacity=\".5\" transform=\"translate(1 2)\">{MARK}</g>\
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
            "<linearGradient id=\"hw\" x2=\".7\" y2=\"1\"><stop stop-color=\"{a}\"/>\
             <stop offset=\".22\" stop-color=\"{b}\"/><stop offset=\".5\" stop-color=\"{c}\"/>\
             <stop offset=\".7\" stop-color=\"{d}\"/><stop offset=\"1\" stop-color=\"{e}\"/></linearGradient>\
             <linearGradient id=\"sh\"><stop stop-opacity=\".2\"/>\
             <stop offset=\".09\" stop-opacity=\".02\" stop-color=\"#fff\"/>\
             <stop offset=\".26\" stop-color=\"#fff\" stop-opacity=\"{shine}\"/>\
             <stop offset=\".48\" stop-color=\"#fff\" stop-opacity=\".02\"/><stop offset=\".68\" stop-opacity=\".05\"/>\
             <stop offset=\"1\" stop-opacity=\"{dark}\"/></linearGradient>\
             <linearGradient id=\"sv\" x2=\"0\" y2=\"1\"><stop stop-color=\"#fff\" stop-opacity=\".16\"/>\
             <stop offset=\".2\" stop-color=\"#fff\" stop-opacity=\"0\"/>\
             <stop offset=\".65\" stop-opacity=\".02\"/><stop offset=\"1\" stop-opacity=\".26\"/></linearGradient>\
             <radialGradient id=\"gs\"><stop stop-opacity=\".6\"/><stop offset=\".45\" stop-opacity=\".3\"/>\
             <stop offset=\"1\" stop-opacity=\"0\"/></radialGradient>\
             <g id=\"rv\"><circle cx=\"3\" cy=\"4\" r=\"10\" opacity=\".35\"/><circle r=\"10\" fill=\"url(#hw)\"/>\
             <circle cx=\"-3\" cy=\"-4\" r=\"3\" fill=\"#fff\" opacity=\".55\"/></g>"
        );
        if self.materials.near {
            self.defs.push_str(
                "<filter id=\"gr\" x=\"0\" y=\"0\" width=\"1\" height=\"1\">\
                 <feTurbulence type=\"fractalNoise\" baseFrequency=\".2\" numOctaves=\"3\" seed=\"4\"/>\
                 <feColorMatrix values=\"0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1.6 0 0 0 -.62\"/>\
                 <feComposite in2=\"SourceGraphic\" operator=\"in\"/></filter>",
            );
        }
    }
}

const MARK: &str =
    "<path d=\"M14 18A23 23 0 1 1 20 10\" stroke-width=\"4\"/><path d=\"M2 4C10 8 20 20 27 30\" stroke-width=\"4\"/>";

fn opacity_attribute(opacity: f64) -> String {
    if opacity >= 1.0 { String::new() } else { format!(" opacity=\"{opacity:.2}\"") }
}
