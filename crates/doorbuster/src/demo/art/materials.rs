//! Materials: dyes, metals, and surfaces as patterns.

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

/// The metal of rings, locks and feet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metal {
    /// Brushed brass.
    Brass,
    /// Palladium.
    Silver,
}

impl Metal {
    /// Shadow, light, middle, gleam, shadow.
    pub(super) fn stops(self) -> [&'static str; 5] {
        match self {
            Self::Brass => ["#7d5c22", "#f3dc9b", "#b48a3c", "#fff1c6", "#8a6727"],
            Self::Silver => ["#6d7075", "#f1f2f3", "#a6aaae", "#ffffff", "#7b7f84"],
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

    /// The pattern that lies over the body, as a definition named `tx`; empty where the surface is plain.
    pub(super) fn pattern(&self) -> String {
        let (light, dark) = (self.main.lit(0.5).hex(), self.main.deep(0.6).hex());
        let (size, drawing) = match self.texture {
            Texture::Smooth | Texture::Suede => return String::new(),
            Texture::Pebbled => (
                "18\" height=\"16",
                format!(
                    "<g fill=\"none\" stroke=\"{dark}\" opacity=\".24\"><circle cx=\"5\" cy=\"5\" r=\"4\"/>\
                     <circle cx=\"14\" cy=\"12\" r=\"4\"/></g>\
                     <g fill=\"{light}\" opacity=\".2\"><circle cx=\"4\" cy=\"4\" r=\"2\"/>\
                     <circle cx=\"13\" cy=\"11\" r=\"2\"/></g>"
                ),
            ),
            Texture::Quilted => (
                "92\" height=\"92",
                format!(
                    "<path d=\"M46 0L92 46 46 92 0 46z\" fill=\"{light}\" opacity=\".1\"/>\
                     <path d=\"M46 8L84 46 46 46z\" fill=\"{light}\" opacity=\".1\"/>\
                     <path d=\"M0 46L46 0 92 46 46 92z\" fill=\"none\" stroke=\"{dark}\" stroke-width=\"5\" opacity=\".4\"/>\
                     <path d=\"M0 46L46 0 92 46 46 92z\" fill=\"none\" stroke=\"{light}\" stroke-width=\"2\" \
                     stroke-dasharray=\"7 5\" opacity=\".5\"/>"
                ),
            ),
            Texture::Woven => (
                "56\" height=\"56",
                format!(
                    "<g fill=\"{dark}\" opacity=\".16\"><path d=\"M0 0h28v28H0zM28 28h28v28H28z\"/></g>\
                     <g fill=\"{light}\" opacity=\".13\">\
                     <path d=\"M28 3h28v9H28zM0 31h28v9H0zM4 0h8v28H4zM32 28h8v28h-8z\"/></g>\
                     <path d=\"M0 0H56M0 28H56M0 0V56M28 0V56\" stroke=\"{dark}\" stroke-width=\"3\" opacity=\".5\"/>"
                ),
            ),
            Texture::Canvas => (
                "8\" height=\"8",
                format!(
                    "<path d=\"M0 8L8 0\" stroke=\"{dark}\" stroke-width=\"1.6\" opacity=\".22\"/>\
                     <path d=\"M0 4L4 0M4 8L8 4\" stroke=\"{light}\" stroke-width=\"1.2\" opacity=\".3\"/>"
                ),
            ),
            Texture::Pleated => (
                "34\" height=\"34",
                format!(
                    "<path d=\"M0 0h11v34H0z\" fill=\"{light}\" opacity=\".22\"/>\
                     <path d=\"M24 0h8v34h-8z\" fill=\"{dark}\" opacity=\".22\"/>\
                     <path d=\"M33 0v34\" stroke=\"{dark}\" stroke-width=\"2\" opacity=\".5\"/>"
                ),
            ),
        };
        format!("<pattern id=\"tx\" patternUnits=\"userSpaceOnUse\" width=\"{size}\">{drawing}</pattern>")
    }
}
