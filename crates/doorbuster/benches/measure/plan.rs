//! How often and how long something is measured, as its command line says.

/// How long everything takes.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How often everything is measured; medians are told.
    pub rounds: usize,
    /// Of one measurement.
    pub seconds: f64,
    /// One short round with everything small: the numbers mean nothing.
    pub is_quick: bool,
}

impl Plan {
    /// Reads `--quick`, `--rounds N` and `--seconds S`; every other argument has to be one of `words`. Returns those found.
    ///
    /// # Errors
    /// `usage`, when there is anything else.
    pub fn read(usual: Self, words: &[&str], usage: &str) -> Result<(Self, Vec<String>), String> {
        let (mut plan, mut found) = (usual, Vec::new());
        // Cargo adds its own word to every benchmark's arguments.
        let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().and_then(|value| value.parse::<f64>().ok()).ok_or_else(|| usage.to_owned());
            match argument.as_str() {
                "--quick" => plan = Self { rounds: 1, seconds: 1.0, is_quick: true },
                "--rounds" => plan.rounds = value()? as usize,
                "--seconds" => plan.seconds = value()?,
                word if words.contains(&word) => found.push(argument),
                _ => return Err(usage.to_owned()),
            }
        }
        if plan.rounds >= 1 && plan.seconds > 0.0 { Ok((plan, found)) } else { Err(usage.to_owned()) }
    }
}
