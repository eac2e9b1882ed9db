//! Outlines: what every drawn thing begins with.

use std::fmt::Write as _;

/// The outline of something, built point by point; coordinates are rounded to whole units.
#[derive(Clone, Debug, Default)]
pub struct Path {
    pub(super) text: String,
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
