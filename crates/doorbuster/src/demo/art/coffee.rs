//! What a coffee roaster sells, drawn: bags of beans, brewing gear, cups. Flat color, one big circle: another hand than the
//! handbags', because it is another brand.

use super::canvas::Canvas;
use super::materials::{INK, Materials, Metal, PAPER, Rgb, Texture};
use super::path::Path;
use super::scenery::ground_shadow;
use super::{PICTURE_HEIGHT, PICTURE_WIDTH};

/// What is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoffeeThing {
    /// A bag of beans; the number chooses the landscape on its label.
    Beans(u8),
    /// A cone on a glass server.
    Dripper,
    /// A kettle with a thin spout.
    Kettle,
    /// A hand grinder.
    Grinder,
    /// Two cups.
    Cups,
    /// A tin that keeps beans.
    Tin,
}

const STEEL: Rgb = Rgb(0x3b, 0x46, 0x4b);
const SUN: Rgb = Rgb(0xf0, 0xb2, 0x5a);
const COFFEE: Rgb = Rgb(0x3b, 0x22, 0x15);

/// One picture: the thing in `main`, on a ground of `ground`.
pub fn coffee_svg(thing: CoffeeThing, main: Rgb, ground: Rgb) -> String {
    let mut canvas = Canvas::new(Materials {
        main,
        trim: main.deep(0.3),
        lining: ground,
        texture: Texture::Smooth,
        metal: Metal::Silver,
        near: false,
    });
    let c = &mut canvas;
    c.fill(&Path::at(0.0, 0.0).to(1200.0, 0.0).to(1200.0, 1500.0).to(0.0, 1500.0).close(), ground, 1.0);
    let disc = if main.brightness() > 0.85 { SUN.mix(ground, 0.35) } else { ground.mix(main, 0.24).lit(0.1) };
    c.fill(&Path::oval(600.0, 640.0, 440.0, 440.0), disc, 1.0);
    c.fill(&Path::at(0.0, 1150.0).to(1200.0, 1150.0).to(1200.0, 1500.0).to(0.0, 1500.0).close(), ground.deep(0.08), 1.0);
    draw(c, thing, (600.0, 1270.0, 1.0));
    canvas.finish(PICTURE_WIDTH, PICTURE_HEIGHT)
}

/// The brew bar of the home page.
pub(super) fn brew_bar(c: &mut Canvas) {
    c.materials.metal = Metal::Silver;
    c.raw(
        "<path fill=\"#dfe7dd\" d=\"M0 0H1800V1200H0z\"/><path fill=\"#2f5d50\" d=\"M0 960H1800V1200H0z\"/>\
    <path fill=\"#264c42\" d=\"M0 960H1800V984H0z\"/>",
    );
    c.fill(&Path::oval(1240.0, 470.0, 400.0, 400.0), SUN, 1.0);
    for (thing, color, place) in [
        (CoffeeThing::Kettle, Rgb(0x34, 0x50, 0x7e), (1530.0, 1010.0, 0.58)),
        (CoffeeThing::Beans(1), Rgb(0xd0, 0x62, 0x3a), (920.0, 1020.0, 0.66)),
        (CoffeeThing::Dripper, Rgb(0xf4, 0xee, 0xe2), (1250.0, 1060.0, 0.7)),
    ] {
        c.materials.main = color;
        c.materials.trim = color.deep(0.3);
        draw(c, thing, place);
    }
}

fn draw(c: &mut Canvas, thing: CoffeeThing, place: (f64, f64, f64)) {
    let (x, y, scale) = place;
    ground_shadow(c, x, y, 300.0 * scale);
    c.placed(&format!("translate({x:.0} {y:.0}) scale({scale})"), |c| match thing {
        CoffeeThing::Beans(label) => beans(c, label),
        CoffeeThing::Dripper => dripper(c),
        CoffeeThing::Kettle => kettle(c),
        CoffeeThing::Grinder => grinder(c),
        CoffeeThing::Cups => cups(c),
        CoffeeThing::Tin => tin(c),
    });
}

fn beans(c: &mut Canvas, label: u8) {
    let main = c.materials.main;
    let body = Path::at(-280.0, -900.0)
        .to(280.0, -900.0)
        .curve((290.0, -700.0), (322.0, -300.0), 316.0, -30.0)
        .bend(314.0, 0.0, 280.0, 0.0)
        .to(-280.0, 0.0)
        .bend(-314.0, 0.0, -316.0, -30.0)
        .curve((-322.0, -300.0), (-290.0, -700.0), -280.0, -900.0)
        .close();
    c.panel(&body, main);
    for side in [-1.0, 1.0] {
        c.fill(
            &Path::at(side * 280.0, -890.0)
                .curve((side * 236.0, -640.0), (side * 262.0, -300.0), side * 312.0, -24.0)
                .curve((side * 324.0, -300.0), (side * 292.0, -700.0), side * 280.0, -890.0)
                .close(),
            INK,
            0.16,
        );
    }
    c.panel(&Path::at(-286.0, -960.0).to(286.0, -960.0).to(290.0, -840.0).to(-290.0, -840.0).close(), main.deep(0.12));
    c.panel(&Path::rounded(-318.0, -880.0, 636.0, 40.0, 12.0), main.deep(0.4));
    c.fill(&Path::oval(0.0, -760.0, 15.0, 15.0), INK, 0.4);
    c.fill(&Path::rounded(-200.0, -640.0, 400.0, 520.0, 16.0), PAPER, 1.0);
    c.define("<clipPath id=\"lb\"><path d=\"M-176-616H176V-300H-176z\"/></clipPath>");
    c.raw("<g clip-path=\"url(#lb)\">");
    landscape(c, label, main);
    c.raw("</g>");
    for (index, width) in [210.0, 320.0, 150.0].into_iter().enumerate() {
        let y = -256.0 + 40.0 * index as f64;
        c.fill(
            &Path::rounded(-176.0, y, width, if index == 0 { 20.0 } else { 10.0 }, 5.0),
            if index == 0 { INK } else { main.deep(0.2) },
            0.85,
        );
    }
    c.fill(&Path::oval(144.0, -166.0, 22.0, 22.0), main, 1.0);
}

fn landscape(c: &mut Canvas, label: u8, main: Rgb) {
    let (sky, sun) = (main.lit(0.72), SUN);
    c.fill(&Path::at(-176.0, -616.0).to(176.0, -616.0).to(176.0, -300.0).to(-176.0, -300.0).close(), sky, 1.0);
    let shift = f64::from(label % 4) * 60.0 - 90.0;
    c.fill(&Path::oval(shift, -500.0, 64.0, 64.0), sun, 1.0);
    match label % 3 {
        0 => {
            c.fill(
                &Path::at(-200.0, -300.0).to(-70.0, -500.0).to(20.0, -390.0).to(90.0, -460.0).to(220.0, -300.0).close(),
                main,
                1.0,
            );
            c.fill(&Path::at(-200.0, -300.0).to(-20.0, -390.0).to(220.0, -300.0).close(), main.deep(0.35), 1.0);
        }
        1 => {
            for (index, y) in [-440.0, -400.0, -360.0].into_iter().enumerate() {
                c.fill(
                    &Path::at(-180.0, y)
                        .curve((-80.0, y - 60.0), (60.0, y + 50.0), 180.0, y - 20.0)
                        .to(180.0, -300.0)
                        .to(-180.0, -300.0)
                        .close(),
                    main.deep(0.18 * index as f64),
                    1.0,
                );
            }
        }
        _ => {
            c.fill(&Path::at(-180.0, -380.0).to(180.0, -380.0).to(180.0, -300.0).to(-180.0, -300.0).close(), main.deep(0.3), 1.0);
            for x in [-120.0, -30.0, 70.0, 140.0] {
                c.fill(
                    &Path::at(x, -520.0)
                        .bend(x + 60.0, -400.0, x + 40.0, -370.0)
                        .to(x - 40.0, -370.0)
                        .bend(x - 60.0, -400.0, x, -520.0)
                        .close(),
                    main,
                    1.0,
                );
            }
        }
    }
}

fn dripper(c: &mut Canvas) {
    let main = c.materials.main;
    let glass = Path::at(-120.0, -400.0)
        .to(120.0, -400.0)
        .curve((110.0, -320.0), (230.0, -250.0), 230.0, -110.0)
        .curve((230.0, -30.0), (190.0, 0.0), 150.0, 0.0)
        .to(-150.0, 0.0)
        .curve((-190.0, 0.0), (-230.0, -30.0), -230.0, -110.0)
        .curve((-230.0, -250.0), (-110.0, -320.0), -120.0, -400.0)
        .close();
    c.fill(&glass, Rgb(0xff, 0xff, 0xff), 0.4);
    c.fill(
        &Path::at(-222.0, -150.0)
            .to(222.0, -150.0)
            .curve((236.0, -40.0), (190.0, -8.0), 150.0, -8.0)
            .to(-150.0, -8.0)
            .curve((-190.0, -8.0), (-236.0, -40.0), -222.0, -150.0)
            .close(),
        COFFEE,
        0.92,
    );
    c.fill(&Path::oval(0.0, -150.0, 222.0, 24.0), COFFEE.lit(0.18), 1.0);
    c.line(&glass, STEEL, 5.0, 0.5);
    c.line(&Path::at(-170.0, -240.0).bend(-204.0, -190.0, -200.0, -120.0), PAPER, 12.0, 0.7);
    c.line(&Path::at(214.0, -300.0).curve((350.0, -320.0), (350.0, -90.0), 226.0, -90.0), Rgb(0x8b, 0x5a, 0x36), 30.0, 1.0);
    c.panel(
        &Path::at(-300.0, -760.0)
            .to(300.0, -760.0)
            .curve((260.0, -640.0), (110.0, -470.0), 96.0, -440.0)
            .to(-96.0, -440.0)
            .curve((-110.0, -470.0), (-260.0, -640.0), -300.0, -760.0)
            .close(),
        main,
    );
    for x in [-150.0, -75.0, 0.0, 75.0, 150.0] {
        c.line(&Path::at(x * 1.6, -730.0).bend(x * 1.2, -580.0, x * 0.5, -470.0), main.deep(0.5), 5.0, 0.25);
    }
    c.panel(&Path::rounded(-210.0, -450.0, 420.0, 44.0, 22.0), main.deep(0.06));
    c.fill(&Path::oval(0.0, -760.0, 300.0, 36.0), main.lit(0.4), 1.0);
    c.fill(&Path::oval(0.0, -752.0, 262.0, 26.0), COFFEE, 1.0);
    c.line(&Path::at(0.0, -404.0).to(0.0, -190.0), COFFEE, 7.0, 0.9);
}

fn kettle(c: &mut Canvas) {
    let main = c.materials.main;
    c.line(&Path::at(-230.0, -130.0).curve((-420.0, -120.0), (-330.0, -470.0), -470.0, -560.0), main.deep(0.25), 40.0, 1.0);
    c.line(&Path::at(-230.0, -138.0).curve((-410.0, -130.0), (-330.0, -470.0), -466.0, -566.0), main.lit(0.4), 9.0, 0.5);
    c.line(&Path::at(170.0, -430.0).curve((430.0, -520.0), (430.0, -130.0), 330.0, -60.0), Rgb(0x7a, 0x4c, 0x2e), 44.0, 1.0);
    c.line(&Path::at(190.0, -436.0).curve((406.0, -510.0), (412.0, -150.0), 330.0, -76.0), Rgb(0xc9, 0x96, 0x68), 9.0, 0.5);
    c.panel(
        &Path::at(-180.0, -470.0)
            .to(180.0, -470.0)
            .curve((250.0, -330.0), (280.0, -150.0), 286.0, -40.0)
            .bend(286.0, 0.0, 240.0, 0.0)
            .to(-240.0, 0.0)
            .bend(-286.0, 0.0, -286.0, -40.0)
            .curve((-280.0, -150.0), (-250.0, -330.0), -180.0, -470.0)
            .close(),
        main,
    );
    c.panel(&Path::at(-190.0, -470.0).bend(0.0, -560.0, 190.0, -470.0).close(), main.deep(0.12));
    c.rivet(0.0, -540.0, 30.0);
    c.metal(&Path::rounded(-288.0, -36.0, 576.0, 24.0, 10.0));
}

fn grinder(c: &mut Canvas) {
    let main = c.materials.main;
    c.line(&Path::at(0.0, -790.0).to(250.0, -840.0), STEEL, 26.0, 1.0);
    c.line(&Path::at(0.0, -796.0).to(246.0, -845.0), PAPER, 6.0, 0.5);
    c.panel(&Path::oval(270.0, -880.0, 50.0, 62.0), Rgb(0x7a, 0x4c, 0x2e));
    c.metal(&Path::rounded(-30.0, -820.0, 60.0, 90.0, 12.0));
    c.panel(&Path::rounded(-150.0, -740.0, 300.0, 430.0, 30.0), main);
    for index in 0..9 {
        let y = -680.0 + 38.0 * f64::from(index);
        c.line(&Path::at(-148.0, y).to(148.0, y), main.deep(0.6), 5.0, 0.35);
    }
    c.metal(&Path::rounded(-160.0, -320.0, 320.0, 40.0, 14.0));
    c.panel(&Path::rounded(-140.0, -282.0, 280.0, 282.0, 34.0), Rgb(0x7a, 0x4c, 0x2e));
    c.fill(&Path::oval(0.0, -150.0, 34.0, 34.0), PAPER, 0.9);
}

fn cups(c: &mut Canvas) {
    let main = c.materials.main;
    for (x, y, scale, color) in [(-190.0, -60.0, 1.0, main), (170.0, 0.0, 1.15, PAPER.deep(0.02))] {
        c.placed(&format!("translate({x} {y}) scale({scale})"), |c| {
            ground_shadow(c, 0.0, 0.0, 180.0);
            c.line(&Path::at(170.0, -270.0).curve((320.0, -290.0), (310.0, -90.0), 150.0, -96.0), color.deep(0.1), 34.0, 1.0);
            c.panel(
                &Path::at(-190.0, -340.0)
                    .to(190.0, -340.0)
                    .curve((190.0, -160.0), (170.0, 0.0), 110.0, 0.0)
                    .to(-110.0, 0.0)
                    .curve((-170.0, 0.0), (-190.0, -160.0), -190.0, -340.0)
                    .close(),
                color,
            );
            c.fill(&Path::oval(0.0, -340.0, 190.0, 34.0), color.lit(0.35), 1.0);
            c.fill(&Path::oval(0.0, -334.0, 168.0, 25.0), COFFEE, 1.0);
            c.fill(&Path::oval(-30.0, -336.0, 70.0, 9.0), Rgb(0xc9, 0x96, 0x68), 0.8);
        });
    }
    for (x, lean) in [(-230.0, 30.0), (-160.0, -30.0), (140.0, 26.0), (200.0, -26.0)] {
        c.line(&Path::at(x, -450.0).curve((x + lean, -520.0), (x - lean, -580.0), x + lean * 0.5, -650.0), PAPER, 12.0, 0.7);
    }
}

fn tin(c: &mut Canvas) {
    let main = c.materials.main;
    c.panel(&Path::rounded(-250.0, -640.0, 500.0, 640.0, 30.0), main);
    c.panel(&Path::rounded(-264.0, -720.0, 528.0, 110.0, 30.0), main.deep(0.2));
    c.metal(&Path::rounded(-264.0, -630.0, 528.0, 22.0, 8.0));
    c.rivet(0.0, -740.0, 36.0);
    c.fill(&Path::oval(0.0, -320.0, 150.0, 150.0), PAPER, 1.0);
    c.raw("<g transform=\"rotate(28 0 -320)\">");
    c.fill(&Path::oval(0.0, -320.0, 66.0, 96.0), COFFEE, 1.0);
    c.line(&Path::at(0.0, -412.0).curve((34.0, -360.0), (-34.0, -280.0), 0.0, -228.0), PAPER, 9.0, 1.0);
    c.raw("</g>");
}
