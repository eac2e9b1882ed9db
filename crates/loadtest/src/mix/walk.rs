//! The way of one shopper through the mix, page by page, in six bytes.

use super::{Mix, Stage};
use crate::report::data::Kind;
use forecast::chance::Chance;

/// Where a shopper is in their visit: between two pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Paths of this stage that are still to be walked after the one that is under way.
    times_left: u16,
    persona: u8,
    stage: u8,
    path: u8,
    /// The next page of the path; behind the last one another path is chosen.
    page: u8,
}

/// A shopper who has been there for a while.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Midway {
    /// Where they are.
    pub place: Place,
    /// When they have looked at the page before them, and ask for the next one or leave: seconds from now.
    pub wakes_in_s: f64,
}

impl Place {
    /// Which of the mix's personas it is.
    pub const fn persona(self) -> usize {
        self.persona as usize
    }
}

impl Mix {
    /// Somebody who arrives. Their first page is [`Self::next_page`], wanted at once.
    pub fn arrive(&self, chance: &mut Chance) -> Place {
        let persona = chance.weighted(self.personas.iter().map(|persona| persona.share));
        self.place(persona, 0, chance)
    }

    /// The page that is wanted now, or nothing when the visit is over. Whoever has got their page looks at it for
    /// [`Self::think_s`] before they are asked again, after the last one too.
    pub fn next_page(&self, place: &mut Place, chance: &mut Chance) -> Option<Kind> {
        let stages = &self.personas[place.persona()].stages;
        loop {
            let stage = stages.get(usize::from(place.stage))?;
            if let Some(page) = stage.paths.get(usize::from(place.path)).and_then(|path| path.pages.get(usize::from(place.page)))
            {
                place.page += 1;
                return Some(*page);
            }
            if place.times_left > 0 {
                place.times_left -= 1;
                place.path = stage.drawn_path(chance);
                place.page = 0;
            } else {
                let next = usize::from(place.stage) + 1;
                if next == stages.len() {
                    return None;
                }
                *place = self.place(place.persona(), next, chance);
            }
        }
    }

    /// How long a page is looked at, seconds, with the acceleration.
    pub fn think_s(&self, chance: &mut Chance) -> f64 {
        self.think.drawn_s(chance) / self.acceleration
    }

    /// Somebody out of a crowd that has been there for ever, looking at a page: long visits are met more often than short ones,
    /// and long looks, too. With such shoppers a steady state is there from the first second.
    ///
    /// Nobody can pay for a cart that they have not filled, so whoever is met on a path of several pages has either walked it or
    /// walks it again, so often that as many pages are left on average as should be.
    pub fn midway(&self, chance: &mut Chance) -> Midway {
        let persona = chance.weighted(self.personas.iter().map(|persona| persona.share * persona.pages_mean()));
        let stages = &self.personas[persona].stages;
        let at = chance.weighted(stages.iter().map(Stage::pages_mean));
        let stage = &stages[at];
        let path = chance.weighted(stage.paths.iter().map(|path| path.weight * path.pages.len() as f64));
        let length = stage.paths[path].pages.len();
        // Of n pages, (n - 1) / 2 are left on average behind one of them, and n when the path is walked again.
        let again = (length - 1) as f64 / (2 * length) as f64;
        let place = Place {
            times_left: stage.times_left(chance),
            persona: narrow(persona),
            stage: narrow(at),
            path: narrow(path),
            page: if chance.share() < again { 0 } else { narrow(length) },
        };
        Midway { place, wakes_in_s: self.think.rest_s(chance) / self.acceleration }
    }

    /// Before the first path of a stage, which is drawn with the first page.
    fn place(&self, persona: usize, stage: usize, chance: &mut Chance) -> Place {
        let times_left = self.personas[persona].stages[stage].times(chance);
        Place { times_left, persona: narrow(persona), stage: narrow(stage), path: u8::MAX, page: 0 }
    }
}

impl Stage {
    fn drawn_path(&self, chance: &mut Chance) -> u8 {
        narrow(chance.weighted(self.paths.iter().map(|path| path.weight)))
    }

    /// How many paths are still to come after one that is met by chance: `r` are left as often as the stage has more than `r`.
    fn times_left(&self, chance: &mut Chance) -> u16 {
        let mut drawn = chance.share() * self.times_mean();
        for left in 0..self.most {
            drawn -= self.share_above(left);
            if drawn < 0.0 {
                return left;
            }
        }
        self.most - 1
    }

    /// How often more than this many paths are walked, 0 to 1.
    fn share_above(&self, times: u16) -> f64 {
        match self.mean {
            Some(mean) => (1.0 - 1.0 / mean).powi(i32::from(times)),
            None if times < self.least => 1.0,
            None => f64::from(self.most - times) / (f64::from(self.most - self.least) + 1.0),
        }
    }
}

fn narrow(place: usize) -> u8 {
    u8::try_from(place).expect("lists have 255 entries at most")
}
