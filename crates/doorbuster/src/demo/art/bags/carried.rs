//! Bags carried in the hand: totes, satchels, doctor's bags, duffels.

use super::super::canvas::Canvas;
use super::super::path::Path;
use super::{Detail, feet, scarf, tassel, turn_lock, zip};

/// An open tote with two handles.
pub fn tote(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.strap(&Path::at(-150.0, -660.0).curve((-165.0, -1090.0), (175.0, -1090.0), 160.0, -660.0), 34.0, m.trim.deep(0.3));
    c.panel(
        &Path::at(-348.0, -690.0).bend(0.0, -752.0, 348.0, -690.0).to(330.0, -610.0).to(-330.0, -610.0).close(),
        m.main.deep(0.25),
    );
    c.fill(
        &Path::at(-330.0, -690.0).bend(0.0, -738.0, 330.0, -690.0).to(310.0, -600.0).to(-310.0, -600.0).close(),
        m.lining.deep(0.45),
        1.0,
    );
    let body = Path::at(-352.0, -692.0)
        .bend(0.0, -640.0, 352.0, -692.0)
        .curve((340.0, -440.0), (326.0, -220.0), 312.0, -34.0)
        .bend(308.0, 0.0, 270.0, 0.0)
        .to(-270.0, 0.0)
        .bend(-308.0, 0.0, -312.0, -34.0)
        .curve((-326.0, -220.0), (-340.0, -440.0), -352.0, -692.0)
        .close();
    c.body_panel(&body, m.main);
    if detail == Detail::TwoTone {
        let base = Path::at(-325.0, -200.0)
            .bend(0.0, -176.0, 325.0, -200.0)
            .to(312.0, -34.0)
            .bend(308.0, 0.0, 270.0, 0.0)
            .to(-270.0, 0.0)
            .bend(-308.0, 0.0, -312.0, -34.0)
            .close();
        c.panel(&base, m.trim);
        c.stitch(&Path::at(-318.0, -184.0).bend(0.0, -160.0, 318.0, -184.0), m.trim);
    }
    if detail == Detail::Pocket {
        c.body_panel(
            &Path::at(-190.0, -372.0)
                .bend(0.0, -352.0, 190.0, -372.0)
                .to(180.0, -110.0)
                .bend(178.0, -90.0, 158.0, -90.0)
                .to(-158.0, -90.0)
                .bend(-178.0, -90.0, -180.0, -110.0)
                .close(),
            m.main.lit(0.03),
        );
        c.stitch(&Path::at(-176.0, -352.0).bend(0.0, -334.0, 176.0, -352.0), m.main);
        c.stitch(&Path::at(-176.0, -340.0).to(-167.0, -106.0).to(167.0, -106.0).to(176.0, -340.0), m.main);
        c.rivet(0.0, -318.0, 12.0);
    }
    c.stitch(&Path::at(-334.0, -662.0).bend(0.0, -612.0, 334.0, -662.0), m.main);
    c.stitch(&Path::at(-333.0, -640.0).curve((-322.0, -440.0), (-306.0, -220.0), -294.0, -20.0), m.main);
    c.stitch(&Path::at(333.0, -640.0).curve((322.0, -440.0), (306.0, -220.0), 294.0, -20.0), m.main);
    tote_front(c, detail);
}

/// Folds, the near handle and what hangs from it.
fn tote_front(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    tote_folds(c);
    c.strap(&Path::at(-170.0, -560.0).curve((-185.0, -1030.0), (190.0, -1030.0), 170.0, -560.0), 36.0, m.trim);
    for x in [-170.0, 170.0] {
        c.panel(
            &Path::at(x - 27.0, -600.0).to(x + 27.0, -600.0).to(x + 27.0, -470.0).to(x, -436.0).to(x - 27.0, -470.0).close(),
            m.trim,
        );
        c.stitch(
            &Path::at(x - 18.0, -592.0).to(x - 18.0, -474.0).to(x, -450.0).to(x + 18.0, -474.0).to(x + 18.0, -592.0),
            m.trim,
        );
        c.rivet(x, -560.0, 10.0);
    }
    if detail != Detail::Pocket {
        c.mark(0.0, -470.0, 62.0, m.main);
    }
    match detail {
        Detail::Tassel => tassel(c, 176.0, -420.0),
        Detail::Scarf => scarf(c, -176.0, -640.0),
        _ => {}
    }
}

fn tote_folds(c: &mut Canvas) {
    let (dark, light) = (c.materials.main.deep(0.7), c.materials.main.lit(0.6));
    c.fill(
        &Path::at(-352.0, -690.0)
            .curve((-300.0, -520.0), (-318.0, -240.0), -316.0, -60.0)
            .curve((-330.0, -300.0), (-340.0, -500.0), -352.0, -690.0)
            .close(),
        dark,
        0.3,
    );
    c.fill(
        &Path::at(352.0, -690.0)
            .curve((296.0, -500.0), (318.0, -240.0), 316.0, -60.0)
            .curve((330.0, -300.0), (340.0, -500.0), 352.0, -690.0)
            .close(),
        dark,
        0.35,
    );
    c.line(&Path::at(-296.0, -560.0).curve((-286.0, -400.0), (-290.0, -260.0), -284.0, -120.0), light, 5.0, 0.2);
    c.fill(
        &Path::at(-120.0, -640.0)
            .curve((-80.0, -440.0), (-110.0, -260.0), -60.0, -60.0)
            .curve((-150.0, -240.0), (-140.0, -460.0), -120.0, -640.0)
            .close(),
        light,
        0.07,
    );
    c.fill(
        &Path::at(210.0, -650.0)
            .curve((180.0, -440.0), (215.0, -260.0), 190.0, -60.0)
            .curve((240.0, -260.0), (230.0, -460.0), 210.0, -650.0)
            .close(),
        dark,
        0.1,
    );
}

/// A structured bag with one handle and a flap.
pub fn satchel(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.panel(
        &Path::at(-372.0, -560.0)
            .to(372.0, -560.0)
            .to(404.0, -40.0)
            .bend(404.0, -8.0, 372.0, -8.0)
            .to(-372.0, -8.0)
            .bend(-404.0, -8.0, -404.0, -40.0)
            .close(),
        m.main.deep(0.42),
    );
    c.strap(&Path::at(-140.0, -590.0).curve((-140.0, -830.0), (140.0, -830.0), 140.0, -590.0), 42.0, m.trim);
    let body = Path::at(-350.0, -590.0)
        .bend(0.0, -606.0, 350.0, -590.0)
        .to(372.0, -40.0)
        .bend(372.0, 0.0, 336.0, 0.0)
        .to(-336.0, 0.0)
        .bend(-372.0, 0.0, -372.0, -40.0)
        .close();
    c.body_panel(&body, m.main);
    c.stitch(
        &Path::at(-338.0, -300.0)
            .to(-352.0, -44.0)
            .bend(-352.0, -20.0, -330.0, -20.0)
            .to(330.0, -20.0)
            .bend(352.0, -20.0, 352.0, -44.0)
            .to(338.0, -300.0),
        m.main,
    );
    c.fill(
        &Path::at(-352.0, -330.0).bend(0.0, -190.0, 352.0, -330.0).to(352.0, -290.0).bend(0.0, -150.0, -352.0, -290.0).close(),
        m.main.deep(0.8),
        0.35,
    );
    let flap_color = if detail == Detail::TwoTone { m.trim } else { m.main.lit(0.03) };
    let flap = Path::at(-352.0, -606.0)
        .bend(0.0, -624.0, 352.0, -606.0)
        .to(358.0, -350.0)
        .curve((352.0, -286.0), (180.0, -232.0), 0.0, -228.0)
        .curve((-180.0, -232.0), (-352.0, -286.0), -358.0, -350.0)
        .close();
    if detail == Detail::TwoTone {
        c.panel(&flap, flap_color)
    } else {
        c.body_panel(&flap, flap_color)
    }
    c.stitch(
        &Path::at(-334.0, -588.0)
            .to(-338.0, -356.0)
            .curve((-330.0, -304.0), (-176.0, -252.0), 0.0, -248.0)
            .curve((176.0, -252.0), (330.0, -304.0), 338.0, -356.0)
            .to(334.0, -588.0),
        flap_color,
    );
    satchel_fittings(c, detail);
}

/// Handle tabs, the lock on its tongue, feet.
fn satchel_fittings(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    for x in [-140.0, 140.0] {
        c.panel(
            &Path::at(x - 34.0, -622.0).to(x + 34.0, -622.0).to(x + 34.0, -560.0).bend(x, -530.0, x - 34.0, -560.0).close(),
            m.trim,
        );
        c.rivet(x, -578.0, 9.0);
        c.ring(x, -626.0, 24.0, 9.0);
    }
    c.panel(&Path::at(-60.0, -330.0).to(60.0, -330.0).to(60.0, -190.0).bend(0.0, -140.0, -60.0, -190.0).close(), m.trim);
    c.stitch(&Path::at(-48.0, -322.0).to(-48.0, -194.0).bend(0.0, -154.0, 48.0, -194.0).to(48.0, -322.0), m.trim);
    turn_lock(c, 0.0, -232.0);
    for x in [-386.0, 386.0] {
        c.ring(x, -520.0, 20.0, 8.0);
    }
    feet(c, 300.0);
    match detail {
        Detail::Tassel => tassel(c, -236.0, -440.0),
        Detail::Scarf => scarf(c, -140.0, -650.0),
        _ => {}
    }
}

/// A doctor's bag: a metal frame, rolled handles.
pub fn doctor(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.strap(&Path::at(-150.0, -560.0).curve((-160.0, -860.0), (170.0, -860.0), 160.0, -560.0), 32.0, m.trim.deep(0.3));
    let body = Path::at(-290.0, -600.0)
        .bend(0.0, -622.0, 290.0, -600.0)
        .curve((330.0, -500.0), (400.0, -330.0), 408.0, -130.0)
        .curve((412.0, -30.0), (400.0, 0.0), 340.0, 0.0)
        .to(-340.0, 0.0)
        .curve((-400.0, 0.0), (-412.0, -30.0), -408.0, -130.0)
        .curve((-400.0, -330.0), (-330.0, -500.0), -290.0, -600.0)
        .close();
    c.body_panel(&body, m.main);
    if detail == Detail::TwoTone {
        c.panel(
            &Path::at(-408.0, -150.0)
                .bend(0.0, -120.0, 408.0, -150.0)
                .curve((414.0, -30.0), (400.0, 0.0), 340.0, 0.0)
                .to(-340.0, 0.0)
                .curve((-400.0, 0.0), (-414.0, -30.0), -408.0, -150.0)
                .close(),
            m.trim,
        );
        c.stitch(&Path::at(-400.0, -134.0).bend(0.0, -104.0, 400.0, -134.0), m.trim);
    }
    let (dark, light) = (m.main.deep(0.7), m.main.lit(0.6));
    for side in [-1.0, 1.0] {
        c.fill(
            &Path::at(side * 286.0, -590.0)
                .curve((side * 240.0, -420.0), (side * 330.0, -240.0), side * 396.0, -60.0)
                .curve((side * 420.0, -240.0), (side * 340.0, -470.0), side * 286.0, -590.0)
                .close(),
            dark,
            0.28,
        );
        c.line(
            &Path::at(side * 270.0, -560.0).curve((side * 236.0, -400.0), (side * 310.0, -240.0), side * 372.0, -70.0),
            light,
            4.0,
            0.25,
        );
        c.fill(
            &Path::at(side * 90.0, -560.0)
                .bend(side * 60.0, -380.0, side * 110.0, -180.0)
                .bend(side * 130.0, -380.0, side * 90.0, -560.0)
                .close(),
            if side < 0.0 { light } else { dark },
            0.12,
        );
    }
    doctor_fittings(c, detail);
}

/// Frame, the near handle, feet.
fn doctor_fittings(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.stitch(&Path::at(-276.0, -540.0).bend(0.0, -560.0, 276.0, -540.0), m.main);
    c.metal(
        &Path::at(-306.0, -628.0).bend(0.0, -654.0, 306.0, -628.0).to(310.0, -584.0).bend(0.0, -610.0, -310.0, -584.0).close(),
    );
    c.metal(&Path::rounded(-40.0, -650.0, 80.0, 84.0, 16.0));
    c.rivet(0.0, -614.0, 13.0);
    c.strap(&Path::at(-160.0, -470.0).curve((-180.0, -800.0), (190.0, -800.0), 170.0, -470.0), 34.0, m.trim);
    for x in [-160.0, 168.0] {
        c.panel(
            &Path::at(x - 30.0, -520.0).to(x + 30.0, -520.0).to(x + 24.0, -400.0).bend(x, -370.0, x - 24.0, -400.0).close(),
            m.trim,
        );
        c.rivet(x, -486.0, 10.0);
        c.rivet(x, -420.0, 10.0);
    }
    c.mark(0.0, -330.0, 58.0, m.main);
    feet(c, 310.0);
    match detail {
        Detail::Tassel => tassel(c, 230.0, -430.0),
        Detail::Scarf => scarf(c, -164.0, -560.0),
        _ => {}
    }
}

/// A travel bag: a lying cylinder with end caps.
pub fn duffel(c: &mut Canvas, detail: Detail) {
    let m = c.materials;
    c.strap(&Path::at(-170.0, -430.0).curve((-190.0, -800.0), (210.0, -800.0), 190.0, -430.0), 34.0, m.trim.deep(0.3));
    let body = Path::at(-370.0, -470.0)
        .bend(0.0, -530.0, 370.0, -470.0)
        .curve((452.0, -430.0), (458.0, -90.0), 400.0, -24.0)
        .bend(380.0, 0.0, 340.0, 0.0)
        .to(-340.0, 0.0)
        .bend(-380.0, 0.0, -400.0, -24.0)
        .curve((-458.0, -90.0), (-452.0, -430.0), -370.0, -470.0)
        .close();
    c.body_panel(&body, m.main);
    for side in [-1.0, 1.0] {
        let cap = Path::at(side * 322.0, -482.0)
            .curve((side * 300.0, -330.0), (side * 300.0, -150.0), side * 322.0, 0.0)
            .to(side * 340.0, 0.0)
            .bend(side * 380.0, 0.0, side * 400.0, -24.0)
            .curve((side * 458.0, -90.0), (side * 452.0, -430.0), side * 370.0, -470.0)
            .close();
        let color = if detail == Detail::TwoTone { m.trim } else { m.main.deep(0.08) };
        c.panel(&cap, color);
        c.stitch(
            &Path::at(side * 338.0, -470.0).curve((side * 317.0, -330.0), (side * 317.0, -150.0), side * 338.0, -14.0),
            color,
        );
        c.ring(side * 402.0, -380.0, 22.0, 9.0);
    }
    zip(c, (-296.0, -470.0), (296.0, -470.0), 0.8);
    let (dark, light) = (m.main.deep(0.7), m.main.lit(0.6));
    c.fill(
        &Path::at(-270.0, -440.0).bend(-200.0, -260.0, -260.0, -40.0).bend(-290.0, -250.0, -270.0, -440.0).close(),
        light,
        0.12,
    );
    c.fill(&Path::at(270.0, -440.0).bend(210.0, -260.0, 270.0, -40.0).bend(290.0, -250.0, 270.0, -440.0).close(), dark, 0.16);
    c.fill(&Path::at(-60.0, -420.0).bend(10.0, -240.0, -30.0, -60.0).bend(-70.0, -240.0, -60.0, -420.0).close(), dark, 0.1);
    if detail == Detail::Pocket {
        c.body_panel(&Path::rounded(-136.0, -270.0, 274.0, 200.0, 22.0), m.main.lit(0.04));
        zip(c, (-110.0, -236.0), (110.0, -236.0), 0.15);
    }
    c.strap(
        &Path::at(-180.0, 0.0).to(-180.0, -400.0).curve((-200.0, -770.0), (220.0, -770.0), 190.0, -400.0).to(190.0, 0.0),
        36.0,
        m.trim,
    );
    c.panel(&Path::rounded(-66.0, -712.0, 146.0, 62.0, 20.0), m.trim.deep(0.1));
    c.rivet(-46.0, -682.0, 8.0);
    c.rivet(60.0, -682.0, 8.0);
    for x in [-180.0, 190.0] {
        c.rivet(x, -360.0, 9.0);
        c.rivet(x, -120.0, 9.0);
    }
    luggage_tag(c);
    if detail != Detail::Pocket {
        c.mark(5.0, -260.0, 56.0, m.main);
    }
    if detail == Detail::Scarf {
        scarf(c, -184.0, -520.0);
    }
}

fn luggage_tag(c: &mut Canvas) {
    let leather = c.materials.trim;
    c.line(&Path::at(200.0, -560.0).curve((236.0, -520.0), (240.0, -480.0), 246.0, -452.0), leather.deep(0.35), 8.0, 1.0);
    c.placed("rotate(-9 246 -452)", |c| {
        c.panel(
            &Path::at(226.0, -460.0)
                .to(266.0, -460.0)
                .to(290.0, -430.0)
                .to(290.0, -300.0)
                .bend(290.0, -288.0, 278.0, -288.0)
                .to(214.0, -288.0)
                .bend(202.0, -288.0, 202.0, -300.0)
                .to(202.0, -430.0)
                .close(),
            leather,
        );
        c.fill(&Path::rounded(222.0, -410.0, 48.0, 92.0, 6.0), super::super::materials::PAPER, 0.85);
        c.ring(246.0, -440.0, 9.0, 5.0);
    });
}
