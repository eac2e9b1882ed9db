//! What fits in a hand or a pocket: clutches, wallets, card holders, pouches, key fobs, straps.

use super::super::canvas::Canvas;
use super::super::materials::PAPER;
use super::super::path::Path;
use super::{Detail, tassel, zip};

/// A flat envelope with a pointed flap.
pub fn envelope(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    if detail == Detail::Chain {
        c.chain(&Path::at(-390.0, -380.0).curve((-420.0, -760.0), (260.0, -760.0), 388.0, -380.0));
    }
    c.panel(&Path::rounded(-404.0, -430.0, 808.0, 430.0, 26.0), m.main.deep(0.35));
    c.body_panel(&Path::rounded(-410.0, -440.0, 808.0, 436.0, 24.0), m.main.deep(0.03));
    c.stitch(
        &Path::at(-392.0, -300.0)
            .to(-392.0, -40.0)
            .bend(-390.0, -22.0, -370.0, -22.0)
            .to(360.0, -22.0)
            .bend(380.0, -22.0, 380.0, -40.0)
            .to(380.0, -300.0),
        m.main,
    );
    c.fill(
        &Path::at(-408.0, -420.0)
            .to(-408.0, -380.0)
            .to(-40.0, -112.0)
            .bend(-6.0, -94.0, 28.0, -112.0)
            .to(398.0, -380.0)
            .to(398.0, -420.0)
            .close(),
        m.main.deep(0.85),
        0.35,
    );
    let color = if detail == Detail::TwoTone { m.trim } else { m.main };
    let flap = Path::at(-410.0, -420.0)
        .bend(-410.0, -444.0, -386.0, -444.0)
        .to(374.0, -444.0)
        .bend(398.0, -444.0, 398.0, -420.0)
        .to(36.0, -146.0)
        .bend(-6.0, -118.0, -48.0, -146.0)
        .close();
    if detail == Detail::TwoTone {
        c.panel(&flap, color)
    } else {
        c.body_panel(&flap, color)
    }
    c.stitch(&Path::at(-376.0, -418.0).to(-40.0, -166.0).bend(-6.0, -142.0, 28.0, -166.0).to(364.0, -418.0), color);
    c.metal(&Path::oval(-6.0, -180.0, 30.0, 30.0));
    c.mark(-6.0, -180.0, 34.0, m.main.deep(0.6));
    if detail == Detail::Tassel {
        tassel(c, 330.0, -380.0);
    }
}

/// An oval purse with a kiss lock.
pub fn kiss_lock(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.chain(&Path::at(-262.0, -420.0).curve((-330.0, -900.0), (330.0, -900.0), 262.0, -420.0));
    let body = Path::at(-280.0, -440.0)
        .curve((-420.0, -330.0), (-420.0, 0.0), -190.0, -4.0)
        .to(190.0, -4.0)
        .curve((420.0, 0.0), (420.0, -330.0), 280.0, -440.0)
        .bend(0.0, -540.0, -280.0, -440.0)
        .close();
    c.body_panel(&body, m.main);
    let (dark, light) = (m.main.deep(0.7), m.main.lit(0.6));
    for x in [-220.0, -150.0, -78.0, 0.0, 78.0, 150.0, 220.0] {
        c.fill(
            &Path::at(x - 9.0, -430.0)
                .bend(x * 1.16 - 4.0, -340.0, x * 1.32, -200.0)
                .bend(x * 1.16 + 14.0, -340.0, x + 11.0, -430.0)
                .close(),
            dark,
            0.24,
        );
        c.line(&Path::at(x + 24.0, -420.0).bend(x * 1.1 + 26.0, -360.0, x * 1.18 + 28.0, -300.0), light, 4.0, 0.2);
    }
    c.fill(
        &Path::at(-330.0, -300.0)
            .curve((-370.0, -180.0), (-320.0, -60.0), -220.0, -36.0)
            .curve((-310.0, -90.0), (-330.0, -200.0), -330.0, -300.0)
            .close(),
        light,
        0.28,
    );
    c.metal(
        &Path::at(-300.0, -436.0)
            .curve((-300.0, -500.0), (-150.0, -516.0), 0.0, -516.0)
            .curve((150.0, -516.0), (300.0, -500.0), 300.0, -436.0)
            .to(272.0, -432.0)
            .curve((260.0, -470.0), (140.0, -484.0), 0.0, -484.0)
            .curve((-140.0, -484.0), (-260.0, -470.0), -272.0, -432.0)
            .close(),
    );
    c.metal(&Path::at(-34.0, -520.0).curve((-40.0, -560.0), (0.0, -566.0), 8.0, -530.0).to(-6.0, -512.0).close());
    c.rivet(-16.0, -546.0, 19.0);
    c.rivet(22.0, -542.0, 19.0);
    for x in [-272.0, 272.0] {
        c.ring(x, -446.0, 17.0, 7.0);
    }
    if detail == Detail::Tassel {
        tassel(c, 286.0, -400.0);
    }
}

/// Slots for cards, leaning.
pub fn card_holder(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    for (x, y, color) in
        [(-214.0, -452.0, m.lining.lit(0.3)), (-222.0, -430.0, PAPER.deep(0.08)), (-210.0, -408.0, m.trim.lit(0.25))]
    {
        c.panel(&Path::rounded(x, y, 430.0, 240.0, 18.0), color);
    }
    c.body_panel(&Path::rounded(-258.0, -372.0, 516.0, 372.0, 26.0), m.main);
    for (index, y) in [-300.0, -226.0, -152.0].into_iter().enumerate() {
        let color = if detail == Detail::TwoTone && index == 1 { m.trim } else { m.main.lit(0.03 * index as f64) };
        let slot = Path::at(-258.0, y)
            .to(-90.0, y)
            .bend(-60.0, y, -44.0, y + 16.0)
            .bend(0.0, y + 40.0, 44.0, y + 16.0)
            .bend(60.0, y, 90.0, y)
            .to(258.0, y)
            .to(258.0, -24.0)
            .bend(258.0, 0.0, 232.0, 0.0)
            .to(-232.0, 0.0)
            .bend(-258.0, 0.0, -258.0, -24.0)
            .close();
        c.fill(
            &Path::at(-256.0, y - 10.0).to(256.0, y - 10.0).to(256.0, y + 26.0).to(-256.0, y + 26.0).close(),
            m.main.deep(0.85),
            0.28,
        );
        c.body_panel(&slot, color);
        c.stitch(
            &Path::at(-244.0, y + 16.0)
                .to(-92.0, y + 16.0)
                .bend(-66.0, y + 16.0, -52.0, y + 30.0)
                .bend(0.0, y + 60.0, 52.0, y + 30.0)
                .bend(66.0, y + 16.0, 92.0, y + 16.0)
                .to(244.0, y + 16.0),
            color,
        );
    }
    c.stitch(
        &Path::at(-242.0, -350.0)
            .to(-242.0, -30.0)
            .bend(-240.0, -16.0, -226.0, -16.0)
            .to(226.0, -16.0)
            .bend(240.0, -16.0, 242.0, -30.0)
            .to(242.0, -350.0),
        m.main,
    );
    c.mark(0.0, -66.0, 42.0, m.main);
}

/// A wallet with a zip around three sides.
pub fn wallet(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.panel(&Path::rounded(-336.0, -388.0, 690.0, 392.0, 52.0), m.main.deep(0.35));
    c.body_panel(&Path::rounded(-350.0, -402.0, 690.0, 402.0, 52.0), m.main);
    c.line(
        &Path::at(-300.0, -380.0)
            .to(292.0, -380.0)
            .bend(318.0, -378.0, 318.0, -352.0)
            .to(318.0, -50.0)
            .bend(318.0, -22.0, 292.0, -22.0)
            .to(-300.0, -22.0),
        m.main.deep(0.75),
        18.0,
        1.0,
    );
    c.raw("<g stroke-dasharray=\"5 5\">");
    c.metal_line(
        &Path::at(-300.0, -380.0)
            .to(292.0, -380.0)
            .bend(318.0, -378.0, 318.0, -352.0)
            .to(318.0, -50.0)
            .bend(318.0, -22.0, 292.0, -22.0)
            .to(-300.0, -22.0),
        8.0,
    );
    c.raw("</g>");
    c.stitch(
        &Path::at(-318.0, -354.0)
            .to(270.0, -354.0)
            .bend(292.0, -352.0, 292.0, -330.0)
            .to(292.0, -72.0)
            .bend(292.0, -48.0, 270.0, -48.0)
            .to(-318.0, -48.0)
            .close(),
        m.main,
    );
    if detail == Detail::TwoTone {
        c.panel(&Path::rounded(-350.0, -402.0, 240.0, 402.0, 52.0), m.trim);
        c.stitch(&Path::at(-126.0, -384.0).to(-126.0, -18.0), m.trim);
    }
    c.metal(&Path::rounded(300.0, -262.0, 36.0, 52.0, 10.0));
    c.ring(318.0, -196.0, 16.0, 7.0);
    c.placed("rotate(-14 318 -190)", |c| c.panel(&Path::rounded(302.0, -184.0, 32.0, 130.0, 12.0), m.trim));
    c.mark(60.0, -200.0, 58.0, m.main);
    if detail == Detail::Tassel {
        tassel(c, -320.0, -240.0);
    }
}

/// A flat zip pouch.
pub fn pouch(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.strap(&Path::at(352.0, -396.0).curve((520.0, -380.0), (520.0, -80.0), 372.0, -60.0), 26.0, m.trim);
    let body = Path::at(-372.0, -452.0)
        .bend(0.0, -466.0, 372.0, -452.0)
        .bend(392.0, -450.0, 394.0, -430.0)
        .curve((404.0, -300.0), (404.0, -160.0), 384.0, -36.0)
        .bend(380.0, -2.0, 344.0, 0.0)
        .to(-344.0, 0.0)
        .bend(-380.0, -2.0, -384.0, -36.0)
        .curve((-404.0, -160.0), (-404.0, -300.0), -394.0, -430.0)
        .bend(-392.0, -450.0, -372.0, -452.0)
        .close();
    c.body_panel(&body, m.main);
    if detail == Detail::TwoTone {
        c.panel(
            &Path::at(-402.0, -170.0)
                .to(402.0, -170.0)
                .to(384.0, -36.0)
                .bend(380.0, -2.0, 344.0, 0.0)
                .to(-344.0, 0.0)
                .bend(-380.0, -2.0, -384.0, -36.0)
                .close(),
            m.trim,
        );
        c.stitch(&Path::at(-396.0, -154.0).to(396.0, -154.0), m.trim);
    }
    c.fill(
        &Path::at(-300.0, -390.0)
            .curve((-230.0, -250.0), (-300.0, -140.0), -250.0, -30.0)
            .curve((-340.0, -140.0), (-330.0, -280.0), -300.0, -390.0)
            .close(),
        m.main.lit(0.6),
        0.12,
    );
    c.fill(
        &Path::at(120.0, -380.0)
            .curve((180.0, -250.0), (100.0, -140.0), 170.0, -30.0)
            .curve((60.0, -140.0), (90.0, -280.0), 120.0, -380.0)
            .close(),
        m.main.deep(0.7),
        0.12,
    );
    c.stitch(&Path::at(-372.0, -376.0).to(372.0, -376.0), m.main);
    zip(c, (-366.0, -414.0), (350.0, -414.0), 0.82);
    for x in [-376.0, 372.0] {
        c.panel(&Path::rounded(x - 24.0, -444.0, 48.0, 62.0, 10.0), m.trim);
    }
    c.mark(-60.0, -236.0, 58.0, m.main);
    if detail == Detail::Tassel {
        tassel(c, -340.0, -380.0);
    }
}

/// A loop of leather with a ring and a key, hanging from a peg.
pub fn key_fob(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.fill(&Path::rounded(-30.0, -804.0, 92.0, 22.0, 10.0), m.main.deep(0.8), 0.22);
    c.metal(&Path::rounded(-22.0, -820.0, 60.0, 24.0, 12.0));
    c.rivet(8.0, -808.0, 22.0);
    c.strap(
        &Path::at(-30.0, -420.0).curve((-60.0, -640.0), (-34.0, -800.0), 8.0, -804.0).curve(
            (50.0, -800.0),
            (66.0, -640.0),
            40.0,
            -420.0,
        ),
        54.0,
        m.main,
    );
    c.panel(&Path::at(-58.0, -470.0).to(68.0, -470.0).to(56.0, -376.0).bend(4.0, -352.0, -46.0, -376.0).close(), m.trim);
    c.stitch(&Path::at(-46.0, -456.0).to(56.0, -456.0), m.trim);
    c.rivet(4.0, -414.0, 15.0);
    c.ring(4.0, -290.0, 74.0, 12.0);
    c.placed("rotate(16 4 -230)", |c| {
        c.metal(
            &Path::oval(4.0, -168.0, 50.0, 50.0)
                .then_at(20.0, -180.0)
                .bend(4.0, -164.0, -12.0, -180.0)
                .bend(4.0, -204.0, 20.0, -180.0)
                .close(),
        );
        c.metal(&Path::at(-12.0, -122.0).to(20.0, -122.0).to(20.0, 44.0).to(4.0, 62.0).to(-12.0, 44.0).close());
        c.metal(&Path::at(20.0, -10.0).to(52.0, -10.0).to(52.0, 8.0).to(36.0, 8.0).to(36.0, 22.0).to(20.0, 22.0).close());
    });
    if detail == Detail::Tassel {
        tassel(c, -64.0, -230.0);
    } else {
        c.placed("rotate(-20 4 -230)", |c| {
            c.panel(&Path::rounded(-74.0, -226.0, 120.0, 210.0, 26.0), m.main);
            c.stitch(&Path::rounded(-62.0, -214.0, 96.0, 186.0, 18.0), m.main);
            c.mark(-14.0, -110.0, 50.0, m.main);
        });
    }
}

/// A shoulder strap, coiled, with its two clips.
pub fn strap(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    let color = if detail == Detail::TwoTone { m.trim } else { m.main };
    c.fill(&Path::oval(0.0, -250.0, 300.0, 250.0), m.main.deep(0.85), 0.2);
    for (radius, shade) in [(238.0, 0.3), (190.0, 0.16), (142.0, 0.0)] {
        let k = radius * 0.552;
        let ring = Path::at(-radius, -255.0)
            .curve((-radius, -255.0 - k), (-k, -255.0 - radius), 0.0, -255.0 - radius)
            .curve((k, -255.0 - radius), (radius, -255.0 - k), radius, -255.0)
            .curve((radius, -255.0 + k), (k, -255.0 + radius), 0.0, -255.0 + radius)
            .curve((-k, -255.0 + radius), (-radius, -255.0 + k), -radius, -255.0);
        c.strap(&ring, 58.0, color.deep(shade));
    }
    c.strap(&Path::at(160.0, -420.0).curve((260.0, -420.0), (330.0, -330.0), 372.0, -190.0), 58.0, color);
    c.strap(&Path::at(-130.0, -180.0).curve((-180.0, -60.0), (-280.0, -40.0), -380.0, -60.0), 58.0, color);
    for transform in ["translate(384 -150) rotate(-16)", "translate(-424 -64) rotate(84)"] {
        c.placed(transform, |c| {
            c.ring(0.0, -14.0, 32.0, 12.0);
            c.metal(&Path::rounded(-12.0, 14.0, 24.0, 44.0, 8.0));
            c.metal(
                &Path::at(-26.0, 60.0)
                    .to(26.0, 60.0)
                    .curve((46.0, 120.0), (20.0, 156.0), -8.0, 150.0)
                    .curve((-40.0, 140.0), (-34.0, 110.0), -18.0, 108.0)
                    .curve((-14.0, 130.0), (16.0, 136.0), 12.0, 84.0)
                    .to(-22.0, 84.0)
                    .close(),
            );
        });
    }
    c.rivet(226.0, -400.0, 10.0);
    c.rivet(-196.0, -72.0, 10.0);
}
