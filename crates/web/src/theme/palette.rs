//! A shop's colors and type as CSS custom properties, made from its branding. All contrast is settled here: whatever the seller
//! picks, text on its ground reaches the 4.5 : 1 that WCAG 2.2 AA asks for, and edges of fields 3 : 1.

use commerce::shop::Branding;
use std::fmt::Write as _;

/// An sRGB color.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Color([u8; 3]);

const WHITE: Color = Color([255; 3]);
const BLACK: Color = Color([0x14, 0x13, 0x11]);

/// The stylesheet `/theme.css` of a shop.
pub fn stylesheet(branding: &Branding) -> String {
    let standard = Branding::default();
    let pick = |text: &str, fallback: &str| Color::parse(text).or_else(|| Color::parse(fallback)).unwrap_or(BLACK);
    let ground = pick(&branding.background_color, &standard.background_color);
    let ink = pick(&branding.text_color, &standard.text_color).readable_on(ground, 7.0);
    let accent = pick(&branding.accent_color, &standard.accent_color);
    let sale = pick(&branding.sale_color, &standard.sale_color);
    let panel = ground.mix(ink, 0.035);
    let properties: [(&str, String); 17] = [
        ("ground", ground.css()),
        ("panel", panel.css()),
        ("panel-deep", ground.mix(ink, 0.075).css()),
        ("raised", if ground.luminance() > 0.5 { ground.mix(WHITE, 0.6).css() } else { ground.mix(WHITE, 0.05).css() }),
        ("ink", ink.css()),
        ("ink-soft", ink.mix(ground, 0.36).readable_on(ground.mix(ink, 0.075), 4.5).css()),
        ("line", ground.mix(ink, 0.13).css()),
        ("line-strong", ground.mix(ink, 0.4).readable_on(ground, 3.0).css()),
        ("accent", accent.readable_on(ground, 3.0).css()),
        ("accent-ink", accent.readable_on(ground, 3.0).ink_on().css()),
        ("link", accent.readable_on(panel, 4.5).css()),
        ("sale", sale.css()),
        ("sale-ink", sale.ink_on().css()),
        ("sale-text", sale.readable_on(panel, 4.5).css()),
        ("sale-wash", ground.mix(sale, 0.08).css()),
        ("good", Color([0x2f, 0x6b, 0x4f]).readable_on(panel, 4.5).css()),
        ("radius", format!("{}px", branding.corner_radius.min(24))),
    ];
    let mut css = String::from(":root{");
    for (name, value) in properties {
        let _ = write!(css, "--{name}:{value};");
    }
    css.push_str(type_pairing(&branding.type_pairing));
    css.push_str(if ground.luminance() > 0.5 { "color-scheme:light}" } else { "color-scheme:dark}" });
    css
}

/// Ground and ink of the shop's icon.
pub fn icon_colors(branding: &Branding) -> (String, String) {
    let accent = Color::parse(&branding.accent_color).unwrap_or(BLACK);
    (accent.css(), accent.ink_on().css())
}

/// Heads and body from fonts that every system has; nothing is fetched.
fn type_pairing(name: &str) -> &'static str {
    match name {
        "modern" => {
            "--font-head:Avenir,'Avenir Next',Montserrat,Corbel,'URW Gothic','Helvetica Neue',Helvetica,Arial,sans-serif;\
             --font-body:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;\
             --head-weight:600;--head-spacing:-.022em;--head-height:1.08;"
        }
        "warm" => {
            "--font-head:ui-rounded,'SF Pro Rounded','Hiragino Maru Gothic ProN',Quicksand,Nunito,'Arial Rounded MT Bold',\
             Candara,'Trebuchet MS',sans-serif;\
             --font-body:Seravek,'Gill Sans Nova',Ubuntu,Calibri,'DejaVu Sans',source-sans-pro,system-ui,sans-serif;\
             --head-weight:700;--head-spacing:-.012em;--head-height:1.12;"
        }
        "mono" => {
            "--font-head:ui-monospace,'SF Mono','Cascadia Code','JetBrains Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;\
             --font-body:system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,sans-serif;\
             --head-weight:500;--head-spacing:-.04em;--head-height:1.14;"
        }
        _ => {
            "--font-head:'Iowan Old Style','Palatino Linotype',Palatino,'URW Palladio L',P052,Georgia,'Times New Roman',serif;\
             --font-body:'Avenir Next',Avenir,'Helvetica Neue',system-ui,-apple-system,'Segoe UI',Roboto,Arial,sans-serif;\
             --head-weight:400;--head-spacing:-.018em;--head-height:1.1;"
        }
    }
}

impl Color {
    /// `#rrggbb`.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#').filter(|digits| digits.len() == 6 && digits.is_ascii())?;
        let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).ok();
        Some(Self([part(0)?, part(2)?, part(4)?]))
    }

    fn css(self) -> String {
        let [red, green, blue] = self.0;
        format!("#{red:02x}{green:02x}{blue:02x}")
    }

    /// This color with a `share` (0 to 1) of another in it.
    fn mix(self, other: Self, share: f64) -> Self {
        let mut mixed = self.0;
        for (channel, target) in mixed.iter_mut().zip(other.0) {
            *channel = (f64::from(*channel) * (1.0 - share) + f64::from(target) * share).round() as u8;
        }
        Self(mixed)
    }

    /// Relative luminance as WCAG defines it, 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |channel: u8| {
            let value = f64::from(channel) / 255.0;
            if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
        };
        let [red, green, blue] = self.0;
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    /// Contrast ratio as WCAG defines it, 1 to 21.
    fn contrast(self, other: Self) -> f64 {
        let (one, two) = (self.luminance(), other.luminance());
        (one.max(two) + 0.05) / (one.min(two) + 0.05)
    }

    /// Black or white, whichever reads better on this color.
    fn ink_on(self) -> Self {
        if self.contrast(WHITE) >= 4.5 || self.contrast(WHITE) >= self.contrast(BLACK) { WHITE } else { BLACK }
    }

    /// The nearest color toward black or white that reaches `ratio` on `ground`.
    fn readable_on(self, ground: Self, ratio: f64) -> Self {
        let pole = if ground.contrast(Self([0; 3])) > ground.contrast(WHITE) { Self([0; 3]) } else { WHITE };
        (0..=20).map(|step| self.mix(pole, f64::from(step) / 20.0)).find(|color| color.contrast(ground) >= ratio).unwrap_or(pole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_readable_whatever_colors_a_seller_picks() {
        for ground in ["#ffffff", "#000000", "#777777", "#ffff00", "#fbf7f0", "#1b2430"] {
            for text in ["#ffffff", "#000000", "#888888", "#ff00ff"] {
                let (ground, text) = (Color::parse(ground).expect("a color"), Color::parse(text).expect("a color"));
                assert!(text.readable_on(ground, 4.5).contrast(ground) >= 4.5);
                assert!(text.ink_on().contrast(text) >= 4.5, "{}", text.css());
            }
        }
    }

    #[test]
    fn colors_that_are_none_fall_back_and_never_reach_the_stylesheet() {
        let branding = Branding { accent_color: "red;}body{display:none".into(), ..Branding::default() };
        let css = stylesheet(&branding);
        assert!(!css.contains("display"), "{css}");
        assert!(css.contains("--accent:#1f1d1a"), "{css}");
    }
}
