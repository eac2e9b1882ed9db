//! Bags carried on the shoulder: hobos, baguettes, buckets.

use super::super::canvas::Canvas;
use super::super::path::Path;
use super::{Detail, scarf, tassel, turn_lock, zip};

/// A soft crescent with one broad strap.
pub fn hobo(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    let (dark, light) = (m.main.deep(0.7), m.main.lit(0.6));
    c.fill(
        &Path::at(-330.0, -560.0)
            .curve((-160.0, -380.0), (160.0, -380.0), 330.0, -560.0)
            .to(250.0, -340.0)
            .to(-250.0, -340.0)
            .close(),
        m.lining.deep(0.5),
        1.0,
    );
    let strap = Path::at(-352.0, -600.0)
        .curve((-330.0, -1110.0), (330.0, -1110.0), 352.0, -600.0)
        .to(300.0, -560.0)
        .curve((270.0, -1010.0), (-270.0, -1010.0), -300.0, -560.0)
        .close();
    if detail == Detail::Chain {
        c.chain(&Path::at(-336.0, -580.0).curve((-310.0, -1080.0), (310.0, -1080.0), 336.0, -580.0));
    } else {
        c.panel(&strap, m.main.deep(0.06));
        c.stitch(&Path::at(-340.0, -610.0).curve((-318.0, -1092.0), (318.0, -1092.0), 340.0, -610.0), m.main);
        c.stitch(&Path::at(-312.0, -580.0).curve((-282.0, -1028.0), (282.0, -1028.0), 312.0, -580.0), m.main);
    }
    let body = Path::at(-356.0, -612.0)
        .curve((-290.0, -470.0), (-150.0, -420.0), 0.0, -418.0)
        .curve((150.0, -420.0), (290.0, -470.0), 356.0, -612.0)
        .curve((440.0, -460.0), (452.0, -120.0), 320.0, -34.0)
        .curve((200.0, 8.0), (-200.0, 8.0), -320.0, -34.0)
        .curve((-452.0, -120.0), (-440.0, -460.0), -356.0, -612.0)
        .close();
    c.body_panel(&body, m.main);
    for (from, to, top, depth, opacity) in [
        (-300.0, -210.0, -510.0, 120.0, 0.2),
        (-180.0, -120.0, -420.0, 80.0, 0.14),
        (190.0, 130.0, -420.0, 90.0, 0.18),
        (310.0, 220.0, -510.0, 130.0, 0.24),
    ] {
        let fold = Path::at(from * 1.1, top)
            .curve((from * 1.05, -350.0), (to * 1.1, -240.0), to * 0.7, -depth)
            .curve((to * 1.25, -240.0), (from * 1.22, -330.0), from * 1.1, top)
            .close();
        c.fill(&fold, dark, opacity);
    }
    c.fill(
        &Path::at(-340.0, -440.0)
            .curve((-380.0, -300.0), (-340.0, -160.0), -250.0, -90.0)
            .curve((-330.0, -200.0), (-350.0, -320.0), -340.0, -440.0)
            .close(),
        light,
        0.3,
    );
    c.fill(&Path::at(-60.0, -380.0).bend(20.0, -230.0, -40.0, -70.0).bend(-80.0, -230.0, -60.0, -380.0).close(), light, 0.1);
    c.stitch(
        &Path::at(-340.0, -578.0).curve((-270.0, -440.0), (-140.0, -398.0), 0.0, -396.0).curve(
            (140.0, -398.0),
            (270.0, -440.0),
            340.0,
            -578.0,
        ),
        m.main,
    );
    hobo_fittings(c, detail);
}

/// The foot in a second leather, rings, the tab.
fn hobo_fittings(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    if detail == Detail::TwoTone {
        let base = Path::at(-404.0, -170.0)
            .curve((-200.0, -110.0), (200.0, -110.0), 404.0, -170.0)
            .curve((384.0, -90.0), (360.0, -60.0), 320.0, -34.0)
            .curve((200.0, 8.0), (-200.0, 8.0), -320.0, -34.0)
            .curve((-360.0, -60.0), (-384.0, -90.0), -404.0, -170.0)
            .close();
        c.panel(&base, m.trim);
        c.stitch(&Path::at(-390.0, -152.0).curve((-200.0, -94.0), (200.0, -94.0), 390.0, -152.0), m.trim);
    }
    for side in [-1.0, 1.0] {
        c.ring(side * 330.0, -600.0, 34.0, 12.0);
    }
    c.panel(&Path::at(-38.0, -436.0).to(38.0, -436.0).to(34.0, -300.0).bend(0.0, -262.0, -34.0, -300.0).close(), m.trim);
    c.stitch(&Path::at(-26.0, -428.0).to(-23.0, -304.0).bend(0.0, -280.0, 23.0, -304.0).to(26.0, -428.0), m.trim);
    c.rivet(0.0, -316.0, 15.0);
    match detail {
        Detail::Tassel => tassel(c, 300.0, -520.0),
        Detail::Scarf => scarf(c, -326.0, -610.0),
        _ => {}
    }
}

/// Low and long, with a flap.
pub fn baguette(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    let strap = Path::at(-378.0, -372.0).curve((-330.0, -890.0), (330.0, -890.0), 378.0, -372.0);
    if detail == Detail::Chain {
        c.chain(&strap)
    } else {
        c.strap(&strap, 40.0, m.trim)
    }
    let body = Path::at(-380.0, -388.0)
        .bend(0.0, -410.0, 380.0, -388.0)
        .curve((420.0, -300.0), (432.0, -120.0), 410.0, -40.0)
        .bend(400.0, 0.0, 356.0, 0.0)
        .to(-356.0, 0.0)
        .bend(-400.0, 0.0, -410.0, -40.0)
        .curve((-432.0, -120.0), (-420.0, -300.0), -380.0, -388.0)
        .close();
    c.body_panel(&body, m.main.deep(0.06));
    c.stitch(
        &Path::at(-392.0, -130.0).bend(-394.0, -20.0, -350.0, -18.0).to(350.0, -18.0).bend(394.0, -20.0, 392.0, -130.0),
        m.main,
    );
    c.fill(
        &Path::at(-410.0, -180.0).bend(0.0, -60.0, 410.0, -180.0).to(412.0, -140.0).bend(0.0, -22.0, -412.0, -140.0).close(),
        m.main.deep(0.8),
        0.35,
    );
    let flap = Path::at(-386.0, -396.0)
        .bend(0.0, -424.0, 386.0, -396.0)
        .curve((410.0, -330.0), (418.0, -250.0), 412.0, -190.0)
        .curve((280.0, -108.0), (-280.0, -108.0), -412.0, -190.0)
        .curve((-418.0, -250.0), (-410.0, -330.0), -386.0, -396.0)
        .close();
    let color = if detail == Detail::TwoTone { m.trim } else { m.main };
    if detail == Detail::TwoTone {
        c.panel(&flap, color)
    } else {
        c.body_panel(&flap, color)
    }
    c.stitch(
        &Path::at(-368.0, -378.0)
            .curve((-390.0, -320.0), (-398.0, -250.0), -393.0, -200.0)
            .curve((-270.0, -128.0), (270.0, -128.0), 393.0, -200.0)
            .curve((398.0, -250.0), (390.0, -320.0), 368.0, -378.0),
        color,
    );
    c.fill(
        &Path::at(-300.0, -390.0).bend(-120.0, -300.0, -180.0, -150.0).bend(-280.0, -250.0, -300.0, -390.0).close(),
        m.main.lit(0.6),
        0.09,
    );
    baguette_fittings(c, detail);
}

/// The plate and the ends of the strap.
fn baguette_fittings(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.metal(&Path::rounded(-44.0, -216.0, 88.0, 104.0, 44.0));
    c.mark(0.0, -164.0, 50.0, m.main.deep(0.5));
    for side in [-1.0, 1.0] {
        c.panel(
            &Path::at(side * 356.0, -432.0)
                .to(side * 404.0, -424.0)
                .to(side * 400.0, -330.0)
                .bend(side * 372.0, -310.0, side * 350.0, -334.0)
                .close(),
            m.trim,
        );
        c.ring(side * 379.0, -430.0, 26.0, 10.0);
        c.rivet(side * 376.0, -352.0, 9.0);
    }
    match detail {
        Detail::Tassel => tassel(c, 372.0, -360.0),
        Detail::Scarf => scarf(c, -350.0, -560.0),
        Detail::Pocket => zip(c, (-180.0, -336.0), (180.0, -336.0), 0.12),
        _ => {}
    }
}

/// A bucket closed by a drawstring.
pub fn bucket(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    let (dark, light) = (m.main.deep(0.7), m.main.lit(0.6));
    let strap = Path::at(-262.0, -560.0).curve((-250.0, -1120.0), (250.0, -1120.0), 262.0, -560.0);
    if detail == Detail::Chain {
        c.chain(&strap)
    } else {
        c.strap(&strap, 34.0, m.trim)
    }
    c.fill(&Path::oval(0.0, -690.0, 286.0, 44.0), m.lining.deep(0.45), 1.0);
    let body = Path::at(-292.0, -690.0)
        .curve((-250.0, -650.0), (-120.0, -664.0), 0.0, -650.0)
        .curve((120.0, -664.0), (250.0, -650.0), 292.0, -690.0)
        .curve((286.0, -600.0), (258.0, -590.0), 262.0, -560.0)
        .curve((300.0, -380.0), (318.0, -220.0), 318.0, -80.0)
        .bend(310.0, -10.0, 240.0, 0.0)
        .bend(0.0, 18.0, -240.0, 0.0)
        .bend(-310.0, -10.0, -318.0, -80.0)
        .curve((-318.0, -220.0), (-300.0, -380.0), -262.0, -560.0)
        .curve((-258.0, -590.0), (-286.0, -600.0), -292.0, -690.0)
        .close();
    c.body_panel(&body, m.main);
    for x in [-230.0, -165.0, -95.0, -25.0, 45.0, 115.0, 180.0, 236.0] {
        let (top, bottom) = (x * 1.14, x * 1.08);
        c.fill(
            &Path::at(top - 12.0, -668.0)
                .bend(x * 0.98, -580.0, bottom, -380.0)
                .bend(x * 0.98 + 22.0, -560.0, top + 16.0, -668.0)
                .close(),
            dark,
            0.26,
        );
        c.line(&Path::at(top + 24.0, -656.0).bend(x + 22.0, -590.0, x + 26.0, -520.0), light, 4.0, 0.22);
    }
    let base_color = if detail == Detail::TwoTone { m.trim } else { m.main.deep(0.1) };
    let base = Path::at(-316.0, -130.0)
        .bend(0.0, -96.0, 316.0, -130.0)
        .to(318.0, -80.0)
        .bend(310.0, -10.0, 240.0, 0.0)
        .bend(0.0, 18.0, -240.0, 0.0)
        .bend(-310.0, -10.0, -318.0, -80.0)
        .close();
    c.panel(&base, base_color);
    c.stitch(&Path::at(-310.0, -114.0).bend(0.0, -80.0, 310.0, -114.0), base_color);
    c.stitch(
        &Path::at(-278.0, -668.0).curve((-250.0, -630.0), (-120.0, -644.0), 0.0, -630.0).curve(
            (120.0, -644.0),
            (250.0, -630.0),
            278.0,
            -668.0,
        ),
        m.main,
    );
    bucket_cord(c, detail);
}

/// Eyelets, the cord and its ends, rings.
fn bucket_cord(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    for x in [-210.0, -130.0, -46.0, 46.0, 130.0, 210.0] {
        c.ring(x, -580.0 + (x / 80.0_f64).powi(2), 13.0, 6.0);
    }
    c.line(&Path::at(-256.0, -582.0).bend(0.0, -562.0, 256.0, -582.0), m.trim.deep(0.25), 13.0, 1.0);
    c.line(&Path::at(-256.0, -585.0).bend(0.0, -565.0, 256.0, -585.0), m.trim.lit(0.3), 4.0, 0.6);
    for (x, end) in [(-20.0, -320.0), (24.0, -290.0)] {
        c.line(&Path::at(x, -566.0).curve((x * 2.6, -500.0), (x * 0.6, -440.0), x * 1.8, end), m.trim.deep(0.25), 12.0, 1.0);
        c.metal(&Path::rounded(x * 1.8 - 13.0, end - 14.0, 26.0, 34.0, 8.0));
        c.panel(
            &Path::at(x * 1.8 - 14.0, end + 16.0)
                .to(x * 1.8 + 14.0, end + 16.0)
                .to(x * 1.8 + 24.0, end + 92.0)
                .to(x * 1.8 - 24.0, end + 92.0)
                .close(),
            m.trim,
        );
    }
    c.panel(&Path::rounded(-36.0, -596.0, 74.0, 62.0, 18.0), m.trim);
    c.rivet(0.0, -566.0, 10.0);
    for side in [-1.0, 1.0] {
        c.ring(side * 262.0, -566.0, 24.0, 9.0);
    }
    match detail {
        Detail::Pocket => turn_lock(c, 0.0, -180.0),
        Detail::Scarf => scarf(c, -240.0, -720.0),
        Detail::Tassel => tassel(c, -232.0, -500.0),
        _ => c.mark(-130.0, -300.0, 50.0, m.main),
    }
}
