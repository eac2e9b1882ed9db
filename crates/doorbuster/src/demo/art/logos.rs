//! The marks of both demonstration shops, as strokes: no font is needed to show them.

/// The wordmark of Quillmere: wide monoline capitals, the first of them the house mark.
pub fn quillmere_logo_svg() -> String {
    "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"640\" height=\"96\" viewBox=\"0 0 640 96\">\
     <g fill=\"none\" stroke=\"#211a16\" stroke-width=\"5\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\
     <path d=\"M55 66A28 28 0 1 1 64 56\"/><path d=\"M40 48C52 54 64 70 72 84\"/>\
     <path d=\"M108 20V53A23 23 0 0 0 154 53V20\"/><path d=\"M190 20V76\"/><path d=\"M226 20V76H260\"/>\
     <path d=\"M292 20V76H326\"/>\
     <path d=\"M358 76V20L389 62 420 20V76\"/><path d=\"M492 20H458V76H492M458 45H484\"/>\
     <path d=\"M526 76V20H544A16 16 0 0 1 544 52H526M544 52L566 76\"/>\
     <path d=\"M632 20H598V76H632M598 45H624\"/></g></svg>"
        .into()
}

/// The sign of Juniper Roasters: a sprig with two berries, and the name in round strokes.
pub fn juniper_logo_svg() -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"560\" height=\"96\" viewBox=\"0 0 560 96\">\
         <g transform=\"translate(6 6) scale(1.3)\">{SPRIG}</g>\
         <g fill=\"none\" stroke=\"#23343b\" stroke-width=\"12\" stroke-linecap=\"round\" stroke-linejoin=\"round\">\
         <path d=\"M150 22V58A16 16 0 0 1 120 64\"/><path d=\"M184 22V54A19 19 0 0 0 222 54V22\"/>\
         <path d=\"M256 74V22L294 74V22\"/><path d=\"M328 22V74\"/>\
         <path d=\"M362 74V22H380A16 16 0 0 1 380 54H362\"/><path d=\"M464 22H432V74H464M432 48H458\"/>\
         <path d=\"M498 74V22H516A16 16 0 0 1 516 54H498M516 54L536 74\"/></g></svg>"
    )
}

const SPRIG: &str = "<g fill=\"none\" stroke=\"#2f5d50\" stroke-width=\"4\" stroke-linecap=\"round\">\
<path d=\"M32 58C32 40 30 26 34 8\"/>\
     <path d=\"M32 44L18 34M32 44L47 36M31 32L19 21M32 32L46 23M33 20L25 11M33 20L43 12\"/></g>\
     <circle cx=\"20\" cy=\"46\" r=\"7\" fill=\"#34507e\"/>\
     <circle cx=\"45\" cy=\"48\" r=\"6\" fill=\"#46659a\"/><circle cx=\"18\" cy=\"44\" r=\"2\" fill=\"#a9bbdb\"/>\
     <circle cx=\"43\" cy=\"46\" r=\"2\" fill=\"#a9bbdb\"/>";
