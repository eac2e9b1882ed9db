//! Bags worn across the body or on the back: saddles, camera bags, backpacks.

use super::super::canvas::Canvas;
use super::super::path::Path;
use super::{Detail, scarf, tassel, turn_lock, zip};

/// The D of a saddle with a curved flap.
pub fn saddle(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    let strap = Path::at(-330.0, -470.0).curve((-330.0, -1180.0), (330.0, -1180.0), 330.0, -470.0);
    if detail == Detail::Chain {
        c.chain(&strap)
    } else {
        c.strap(&strap, 32.0, m.trim)
    }
    let side = Path::at(-348.0, -520.0)
        .bend(0.0, -566.0, 348.0, -520.0)
        .curve((400.0, -300.0), (330.0, 0.0), 0.0, 0.0)
        .curve((-330.0, 0.0), (-400.0, -300.0), -348.0, -520.0)
        .close();
    c.panel(&side, m.main.deep(0.4));
    let body = Path::at(-330.0, -524.0)
        .bend(0.0, -566.0, 330.0, -524.0)
        .curve((376.0, -300.0), (308.0, -8.0), 0.0, -8.0)
        .curve((-308.0, -8.0), (-376.0, -300.0), -330.0, -524.0)
        .close();
    c.body_panel(&body, m.main.deep(0.04));
    c.stitch(
        &Path::at(-330.0, -300.0).curve((-310.0, -110.0), (-190.0, -28.0), 0.0, -28.0).curve(
            (190.0, -28.0),
            (310.0, -110.0),
            330.0,
            -300.0,
        ),
        m.main,
    );
    let shade = Path::at(-340.0, -380.0)
        .curve((-280.0, -250.0), (-160.0, -150.0), 20.0, -140.0)
        .curve((180.0, -150.0), (300.0, -250.0), 344.0, -380.0)
        .to(340.0, -420.0)
        .to(-340.0, -420.0)
        .close();
    c.fill(&shade, m.main.deep(0.8), 0.38);
    saddle_flap(c, detail);
}

/// The flap, its lock, the ends of the strap.
fn saddle_flap(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    let color = if detail == Detail::TwoTone { m.trim } else { m.main };
    let flap = Path::at(-340.0, -530.0)
        .bend(0.0, -578.0, 340.0, -530.0)
        .curve((356.0, -470.0), (354.0, -430.0), 346.0, -400.0)
        .curve((290.0, -280.0), (170.0, -180.0), 0.0, -176.0)
        .curve((-170.0, -180.0), (-290.0, -280.0), -346.0, -400.0)
        .curve((-354.0, -430.0), (-356.0, -470.0), -340.0, -530.0)
        .close();
    if detail == Detail::TwoTone {
        c.panel(&flap, color)
    } else {
        c.body_panel(&flap, color)
    }
    c.stitch(
        &Path::at(-322.0, -512.0)
            .curve((-334.0, -460.0), (-334.0, -430.0), -326.0, -404.0)
            .curve((-274.0, -292.0), (-160.0, -200.0), 0.0, -196.0)
            .curve((160.0, -200.0), (274.0, -292.0), 326.0, -404.0)
            .curve((334.0, -430.0), (334.0, -460.0), 322.0, -512.0),
        color,
    );
    c.fill(
        &Path::at(-250.0, -540.0).bend(-60.0, -430.0, -90.0, -200.0).bend(-240.0, -320.0, -250.0, -540.0).close(),
        m.main.lit(0.6),
        0.08,
    );
    c.panel(&Path::at(-46.0, -280.0).to(46.0, -280.0).to(42.0, -120.0).bend(0.0, -82.0, -42.0, -120.0).close(), m.trim);
    c.stitch(&Path::at(-34.0, -272.0).to(-31.0, -126.0).bend(0.0, -100.0, 31.0, -126.0).to(34.0, -272.0), m.trim);
    if detail == Detail::Pocket {
        c.metal(&Path::rounded(-64.0, -226.0, 128.0, 56.0, 12.0));
        c.fill(&Path::rounded(-46.0, -212.0, 92.0, 28.0, 8.0), m.trim.deep(0.2), 1.0);
        c.metal(&Path::rounded(-5.0, -226.0, 10.0, 56.0, 5.0));
    } else {
        turn_lock(c, 0.0, -200.0);
    }
    for x in [-330.0, 330.0] {
        c.panel(&Path::rounded(x - 24.0, -520.0, 48.0, 90.0, 14.0), m.trim);
        c.rivet(x, -452.0, 8.0);
        c.ring(x, -520.0, 25.0, 10.0);
    }
    match detail {
        Detail::Tassel => tassel(c, 262.0, -430.0),
        Detail::Scarf => scarf(c, -316.0, -660.0),
        _ => c.mark(-190.0, -430.0, 44.0, color),
    }
}

/// A small box with a zip.
pub fn camera(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    let strap = Path::at(-366.0, -420.0).curve((-370.0, -1130.0), (370.0, -1130.0), 366.0, -420.0);
    if detail == Detail::Chain {
        c.chain(&strap)
    } else {
        c.strap(&strap, 38.0, m.trim)
    }
    for side in [-1.0, 1.0] {
        c.panel(
            &Path::at(side * 332.0, -452.0)
                .bend(side * 392.0, -440.0, side * 392.0, -400.0)
                .to(side * 392.0, -50.0)
                .bend(side * 392.0, -12.0, side * 340.0, -8.0)
                .close(),
            m.main.deep(0.35),
        );
    }
    c.body_panel(&Path::rounded(-356.0, -470.0, 712.0, 470.0, 76.0), m.main);
    c.stitch(&Path::rounded(-338.0, -452.0, 676.0, 434.0, 62.0), m.main);
    zip(c, (-290.0, -412.0), (290.0, -412.0), 0.13);
    let color = if detail == Detail::TwoTone { m.trim } else { m.main.lit(0.03) };
    let pocket = Path::rounded(-300.0, -330.0, 600.0, 292.0, 48.0);
    c.fill(&Path::rounded(-304.0, -326.0, 608.0, 300.0, 50.0), m.main.deep(0.8), 0.35);
    if detail == Detail::TwoTone {
        c.panel(&pocket, color)
    } else {
        c.body_panel(&pocket, color)
    }
    c.stitch(&Path::rounded(-284.0, -314.0, 568.0, 260.0, 36.0), color);
    if detail == Detail::Pocket {
        zip(c, (-240.0, -276.0), (240.0, -276.0), 0.88);
    }
    c.mark(0.0, -176.0, 66.0, color);
    for x in [-366.0, 366.0] {
        c.panel(&Path::rounded(x - 26.0, -440.0, 52.0, 84.0, 14.0), m.trim);
        c.rivet(x, -378.0, 8.0);
        c.ring(x, -440.0, 27.0, 10.0);
    }
    match detail {
        Detail::Tassel => tassel(c, -260.0, -380.0),
        Detail::Scarf => scarf(c, -352.0, -600.0),
        _ => {}
    }
}

/// A backpack with a flap and two buckles.
pub fn backpack(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    for side in [-1.0, 1.0] {
        c.strap(
            &Path::at(side * 190.0, -800.0).curve((side * 420.0, -760.0), (side * 440.0, -330.0), side * 320.0, -90.0),
            46.0,
            m.trim.deep(0.25),
        );
    }
    c.strap(&Path::at(-70.0, -830.0).curve((-70.0, -960.0), (70.0, -960.0), 70.0, -830.0), 28.0, m.trim);
    let body = Path::at(-300.0, -640.0)
        .curve((-296.0, -800.0), (-220.0, -850.0), 0.0, -852.0)
        .curve((220.0, -850.0), (296.0, -800.0), 300.0, -640.0)
        .curve((326.0, -420.0), (344.0, -200.0), 338.0, -70.0)
        .bend(334.0, 0.0, 270.0, 0.0)
        .to(-270.0, 0.0)
        .bend(-334.0, 0.0, -338.0, -70.0)
        .curve((-344.0, -200.0), (-326.0, -420.0), -300.0, -640.0)
        .close();
    c.body_panel(&body, m.main);
    let (dark, light) = (m.main.deep(0.7), m.main.lit(0.6));
    c.fill(
        &Path::at(-296.0, -560.0)
            .curve((-250.0, -400.0), (-310.0, -200.0), -326.0, -40.0)
            .curve((-350.0, -240.0), (-318.0, -440.0), -296.0, -560.0)
            .close(),
        light,
        0.18,
    );
    c.fill(
        &Path::at(296.0, -560.0)
            .curve((250.0, -400.0), (310.0, -200.0), 326.0, -40.0)
            .curve((350.0, -240.0), (318.0, -440.0), 296.0, -560.0)
            .close(),
        dark,
        0.28,
    );
    c.fill(&Path::rounded(-246.0, -306.0, 492.0, 282.0, 46.0), dark, 0.35);
    let pocket_color = if detail == Detail::TwoTone { m.trim } else { m.main.lit(0.03) };
    let pocket = Path::rounded(-242.0, -318.0, 484.0, 282.0, 44.0);
    if detail == Detail::TwoTone {
        c.panel(&pocket, pocket_color)
    } else {
        c.body_panel(&pocket, pocket_color)
    }
    c.stitch(
        &Path::at(-222.0, -230.0)
            .to(-222.0, -84.0)
            .bend(-220.0, -54.0, -192.0, -54.0)
            .to(192.0, -54.0)
            .bend(220.0, -54.0, 222.0, -84.0)
            .to(222.0, -230.0),
        pocket_color,
    );
    c.stitch(
        &Path::at(-316.0, -110.0).bend(-310.0, -24.0, -262.0, -20.0).to(262.0, -20.0).bend(310.0, -24.0, 316.0, -110.0),
        m.main,
    );
    c.fill(
        &Path::at(-318.0, -470.0)
            .curve((-200.0, -330.0), (200.0, -330.0), 318.0, -470.0)
            .to(312.0, -420.0)
            .curve((200.0, -286.0), (-200.0, -286.0), -312.0, -420.0)
            .close(),
        dark,
        0.4,
    );
    backpack_flap(c, detail);
}

/// The flap, its buckles, the mark.
fn backpack_flap(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    let flap = Path::at(-304.0, -640.0)
        .curve((-300.0, -806.0), (-220.0, -858.0), 0.0, -860.0)
        .curve((220.0, -858.0), (300.0, -806.0), 304.0, -640.0)
        .curve((318.0, -560.0), (326.0, -500.0), 318.0, -470.0)
        .curve((200.0, -326.0), (-200.0, -326.0), -318.0, -470.0)
        .curve((-326.0, -500.0), (-318.0, -560.0), -304.0, -640.0)
        .close();
    c.body_panel(&flap, m.main.lit(0.02));
    c.stitch(
        &Path::at(-284.0, -640.0)
            .curve((-300.0, -560.0), (-306.0, -510.0), -298.0, -478.0)
            .curve((-190.0, -348.0), (190.0, -348.0), 298.0, -478.0)
            .curve((306.0, -510.0), (300.0, -560.0), 284.0, -640.0),
        m.main,
    );
    for x in [-140.0, 140.0] {
        c.strap(&Path::at(x, -560.0).to(x, -216.0), 44.0, m.trim);
        c.panel(&Path::at(x - 22.0, -226.0).to(x + 22.0, -226.0).to(x, -192.0).close(), m.trim);
        c.metal(&Path::rounded(x - 38.0, -332.0, 76.0, 68.0, 12.0));
        c.fill(&Path::rounded(x - 24.0, -320.0, 48.0, 44.0, 6.0), m.trim, 1.0);
        c.metal(&Path::rounded(x - 4.0, -326.0, 8.0, 58.0, 4.0));
        c.rivet(x, -538.0, 9.0);
    }
    c.mark(0.0, -620.0, 62.0, m.main);
    match detail {
        Detail::Tassel => tassel(c, -232.0, -520.0),
        Detail::Scarf => scarf(c, 60.0, -880.0),
        _ => {}
    }
}
