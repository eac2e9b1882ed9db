//! How many come when, as a pure function of time.
//!
//! To hold N shoppers at once, N divided by the mean length of a visit arrive each second (Little 1961). An empty shop would take
//! many visits to fill up that way, so whoever is added on a ramp is put in the middle of a visit ([`Mix::midway`]): then the
//! number is right at every instant, because those who are there have always been as many as arrive and leave in balance.
//!
//! [`Mix::midway`]: crate::mix::Mix::midway

use forecast::delay::Delay;

/// Into how many parts a course is cut where there is no closed form.
const SLICES: f64 = 2_000.0;

/// How many come when, from the beginning of a step.
#[derive(Clone, Debug, PartialEq)]
pub enum Course {
    /// So many at once.
    Held {
        /// Shoppers who are there at the beginning.
        from: u64,
        /// Shoppers after the ramp.
        to: u64,
        /// Length of the ramp, seconds.
        ramp_s: f64,
    },
    /// As people open their mail.
    Mailing(Mailing),
    /// Everybody at one instant.
    Landing {
        /// How many.
        visits: u64,
        /// When the first one lands, seconds.
        at_s: f64,
        /// In how many seconds all have.
        within_s: f64,
    },
    /// So many in each stretch, evenly.
    Counted {
        /// How long a stretch is, seconds.
        stretch_s: f64,
        /// How many have come at the end of each stretch; the first is 0, at the beginning.
        come: Vec<f64>,
    },
}

/// Waves of mail and how fast they are opened, played faster than they happen.
#[derive(Clone, Debug, PartialEq)]
pub struct Mailing {
    /// How long after their message people come.
    pub delay: Delay,
    /// The waves.
    pub waves: Vec<Wave>,
    /// Minutes of the sale that are played in a second.
    pub minutes_per_s: f64,
}

/// One wave of mail.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wave {
    /// When it begins to be sent, minutes of the sale.
    pub at_minutes: f64,
    /// For how long it is being delivered, evenly, minutes of the sale.
    pub delivered_in_minutes: f64,
    /// Visits that it leads to, however late.
    pub visits: f64,
}

/// How many have come and gone, or come and go each second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Coming {
    /// Who lands on the shop: a visit from its beginning.
    pub arriving: f64,
    /// Who is put in the middle of a visit.
    pub midway: f64,
    /// Who is taken out of the middle of a visit, whoever it is: so a crowd gets smaller at once and stays as it was otherwise.
    pub leaving: f64,
}

impl Course {
    /// So many visits in each stretch.
    pub(super) fn counted(stretch_s: f64, visits: Vec<f64>) -> Self {
        let mut come = 0.0;
        let after = visits.into_iter().map(|visits| {
            come += visits;
            come
        });
        Self::Counted { stretch_s, come: std::iter::once(0.0).chain(after).collect() }
    }

    /// Shoppers that are aimed at `at_s` seconds after the beginning of the step, where a number is aimed at.
    pub fn shoppers(&self, at_s: f64) -> Option<f64> {
        match *self {
            Self::Held { from, to, ramp_s } => Some(from as f64 + (to as f64 - from as f64) * ramped(at_s, ramp_s)),
            Self::Mailing(_) | Self::Landing { .. } | Self::Counted { .. } => None,
        }
    }

    /// How many have come until then, in all. It never falls, so the shopper of number `k` is due when it reaches `k`.
    ///
    /// `visit_mean_s` is that of the mix, with what the shop's answers add when that is known.
    pub fn come(&self, at_s: f64, visit_mean_s: f64) -> Coming {
        let at_s = at_s.max(0.0);
        match self {
            Self::Held { from, to, ramp_s } => {
                let (from, rise) = (*from as f64, *to as f64 - *from as f64);
                let on_ramp_s = at_s.min(*ramp_s);
                // The area under the number of shoppers: a trapezoid and what follows it.
                let ramped_area = if *ramp_s > 0.0 { rise * on_ramp_s * on_ramp_s / (2.0 * ramp_s) } else { 0.0 };
                let area = from * at_s + ramped_area + rise * (at_s - on_ramp_s);
                let ramped = ramped(at_s, *ramp_s);
                Coming { arriving: area / visit_mean_s, midway: rise.max(0.0) * ramped, leaving: (-rise).max(0.0) * ramped }
            }
            Self::Mailing(mailing) => Coming { arriving: mailing.come(at_s), ..Coming::default() },
            Self::Landing { visits, at_s: first_s, within_s } => {
                let arriving = *visits as f64 * ((at_s - first_s) / within_s).clamp(0.0, 1.0);
                Coming { arriving, ..Coming::default() }
            }
            Self::Counted { stretch_s, come } => {
                let stretches = (at_s / stretch_s).min((come.len() - 1) as f64);
                let whole = stretches.floor();
                let before = come[whole as usize];
                let next = come.get(whole as usize + 1).copied().unwrap_or(before);
                Coming { arriving: before + (next - before) * (stretches - whole), ..Coming::default() }
            }
        }
    }

    /// Shoppers who are there at once at most until then. Where no number is held, visits end by chance after their mean.
    pub(super) fn shoppers_max(&self, until_s: f64, visit_mean_s: f64) -> f64 {
        if let Self::Held { from, to, .. } = self {
            return (*from).max(*to) as f64;
        }
        let slice_s = until_s / SLICES;
        let stay = (-slice_s / visit_mean_s).exp();
        let (mut there, mut most, mut before) = (0.0_f64, 0.0, 0.0);
        for slice in 1..=SLICES as u32 {
            let come = self.come(f64::from(slice) * slice_s, visit_mean_s).arriving;
            there = there * stay + come - before;
            most = f64::max(most, there);
            before = come;
        }
        most
    }

    /// Arrivals each second at most until then, of a second.
    pub(crate) fn arriving_max(&self, until_s: f64, visit_mean_s: f64) -> f64 {
        let rate = |second: u32| self.per_s(f64::from(second) + 0.5, visit_mean_s).arriving;
        (0..until_s.ceil() as u32).map(rate).fold(0.0, f64::max)
    }

    /// How many come each second, on average of the second around that instant.
    pub fn per_s(&self, at_s: f64, visit_mean_s: f64) -> Coming {
        let since_s = (at_s - 0.5).max(0.0);
        let (before, after) = (self.come(since_s, visit_mean_s), self.come(at_s + 0.5, visit_mean_s));
        let seconds = at_s + 0.5 - since_s;
        let rate = |of: fn(&Coming) -> f64| (of(&after) - of(&before)) / seconds;
        Coming { arriving: rate(|come| come.arriving), midway: rate(|come| come.midway), leaving: rate(|come| come.leaving) }
    }
}

impl Mailing {
    /// Visits until then, seconds of the run.
    fn come(&self, at_s: f64) -> f64 {
        let at_minutes = at_s * self.minutes_per_s;
        let come = |wave: &Wave| self.delay.come_of_wave(at_minutes - wave.at_minutes, wave.delivered_in_minutes);
        self.waves.iter().map(|wave| wave.visits * come(wave)).sum()
    }
}

/// How much of a ramp has passed, 0 to 1.
fn ramped(at_s: f64, ramp_s: f64) -> f64 {
    if at_s >= ramp_s { 1.0 } else { (at_s / ramp_s).clamp(0.0, 1.0) }
}
