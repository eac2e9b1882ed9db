//! The shoppers of a test: another process of this program that visits the copy, what it says each second, and what it leaves.

use super::process::{Background, Program, cannot_start, complaint};
use super::{Line, Place, Reason, turned};
use db::load_tests::{LoadTestPlan, Stage, TestProgress, TestReport, TestVerdict, Wanted};
use loadtest::mix::Mix;
use loadtest::plan::{Landing, Load, Plan, Steps};
use loadtest::report::data::{Outcome, Progress, Run};
use loadtest::report::headline::headline;
use loadtest::report::{html, json};
use loadtest::verdict::outcome;
use std::net::SocketAddr;
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader};

/// What it ends with when it could not be run.
const COULD_NOT_RUN: i32 = 1;

/// Which steps of the most that is wanted are tried, in parts of it: each twice the one before.
const STEPS: [u64; 4] = [8, 4, 2, 1];

/// A visit of many.
pub struct Visit<'a> {
    /// The shop's name, which the copy answers to.
    pub domain: &'a str,
    /// Where the copy is.
    pub server: SocketAddr,
    /// Its process.
    pub server_process: u32,
    /// Who comes when.
    pub plan: Plan,
    /// Who comes; nothing: as to a flash sale.
    pub mix: Option<Mix>,
}

impl Visit<'_> {
    /// Lets them come, until they have all been there or are told to stop.
    ///
    /// # Errors
    /// When they cannot come, or left nothing to read.
    pub async fn run(&self, program: &Program, place: &Place, line: &Line) -> Result<Run, Reason> {
        let cannot_write =
            |error: &dyn std::fmt::Display| Reason::of_server("There is no room for what a test writes.", error.to_string());
        let plan = toml::to_string(&self.plan).map_err(|error| cannot_write(&error))?;
        std::fs::write(place.file("plan.toml"), plan).map_err(|error| cannot_write(&error))?;
        let mut command = program.command(Background::Shoppers, &["loadtest", "--progress", "json"]);
        command.arg(format!("http://{}", self.domain)).arg("--connect-to").arg(self.server.to_string());
        command.arg("--server-pid").arg(self.server_process.to_string()).arg("--plan").arg(place.file("plan.toml"));
        command.arg("--json").arg(place.file("run.json")).arg("--receipts").arg(place.file("receipts.jsonl"));
        if let Some(mix) = &self.mix {
            let mix = toml::to_string(mix).map_err(|error| cannot_write(&error))?;
            std::fs::write(place.file("mix.toml"), mix).map_err(|error| cannot_write(&error))?;
            command.arg("--mix").arg(place.file("mix.toml"));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| cannot_start(&error))?;
        let (mut leash, mut stopping) = (child.stdin.take(), line.stopping.clone());
        let mut seconds = BufReader::new(child.stdout.take().expect("its output is piped")).lines();
        let mut stderr = child.stderr.take().expect("its complaints are piped");
        let complaining = async {
            let mut said = Vec::new();
            let _ = stderr.read_to_end(&mut said).await;
            said
        };
        let following = async {
            loop {
                tokio::select! {
                    second = seconds.next_line() => match second {
                        Ok(Some(second)) => line.tell(&second),
                        Ok(None) | Err(_) => break,
                    },
                    () = turned(&mut stopping), if leash.is_some() => drop(leash.take()),
                }
            }
        };
        let ((), said) = tokio::join!(following, complaining);
        let status = child.wait().await.map_err(|error| cannot_start(&error))?;
        if status.code().is_none_or(|code| code == COULD_NOT_RUN) {
            return Err(Reason::of_server("Shoppers could not come.", complaint(&said)));
        }
        let run = json::read(&place.file("run.json"));
        run.map_err(|error| Reason::of_server("What shoppers have measured is lost.", error.to_string()))
    }
}

impl Line {
    fn tell(&self, second: &str) {
        if let Ok(progress) = serde_json::from_str(second) {
            self.progress.send_replace(told(&progress));
        }
    }
}

/// As the desk shows it.
fn told(progress: &Progress) -> TestProgress {
    let Progress { latest, totals, .. } = progress;
    let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    TestProgress {
        stage: Stage::Visiting,
        step: (count(progress.step + 1), count(progress.steps)),
        elapsed_s: progress.elapsed_s,
        total_s: progress.total_s,
        shoppers: latest.shoppers,
        requests_per_s: latest.requests,
        p50_ms: latest.p50_ms,
        p99_ms: latest.p99_ms,
        errors: totals.errors,
        orders: totals.orders,
    }
}

/// Who comes when, as a plan for `doorbuster loadtest`.
pub fn plan(wanted: Wanted) -> Plan {
    let (most, held_s) = (u64::from(wanted.shoppers), f64::from(wanted.step_seconds));
    let load = match wanted.plan {
        LoadTestPlan::Steps => {
            let mut shoppers: Vec<u64> = STEPS.iter().map(|part| most.div_ceil(*part)).collect();
            shoppers.dedup();
            Load::Steps(Steps { shoppers, ramp_s: held_s / 3.0, hold_s: held_s, ignored_s: held_s / 6.0 })
        }
        LoadTestPlan::Drop => Load::Drop(Landing { visits: most, at_s: 2.0, within_s: 5.0, hold_s: held_s }),
    };
    let about = match wanted.plan {
        LoadTestPlan::Steps => format!("up to {most} shoppers at once, in steps of {held_s} s"),
        LoadTestPlan::Drop => format!("{most} people land within five seconds"),
    };
    Plan { name: wanted.plan.as_str().into(), about, load }
}

/// The report of a run whose books were looked at.
pub fn report(run: &mut Run) -> TestReport {
    run.outcome = outcome(&run.steps, run.audit.as_ref(), run.interrupted.as_deref());
    let verdict = match run.outcome {
        Outcome::BooksDoNotBalance => TestVerdict::BooksWrong,
        Outcome::Passed => TestVerdict::Held,
        Outcome::ObjectiveMissed => TestVerdict::LimitFound,
        Outcome::GeneratorSaturated => TestVerdict::NotValid,
        Outcome::EndedByHand => TestVerdict::EndedEarly,
    };
    let (page, data) = (html::page(run, None), json::text(run));
    TestReport { verdict, said: headline(run).sentence, page: page.into_bytes(), data: data.into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The plan as the other process reads it.
    fn read_back(plan_wanted: LoadTestPlan, shoppers: u32) -> Plan {
        let text =
            toml::to_string(&plan(Wanted { plan: plan_wanted, shoppers, step_seconds: 30 })).expect("a plan can be written");
        Plan::parse(&text, "plan.toml").unwrap_or_else(|error| panic!("{error}\n{text}"))
    }

    #[test]
    fn steps_double_up_to_what_is_wanted_and_a_few_shoppers_make_fewer_steps() {
        let cases: [(u32, &[u64]); 4] = [(2_000, &[250, 500, 1_000, 2_000]), (20, &[3, 5, 10, 20]), (2, &[1, 2]), (1, &[1])];
        for (most, steps) in cases {
            let Load::Steps(plan) = read_back(LoadTestPlan::Steps, most).load else { panic!("a plan of steps") };
            assert_eq!(plan.shoppers, steps, "{most}");
        }
    }

    #[test]
    fn a_drop_lands_all_of_them_within_seconds() {
        let Load::Drop(plan) = read_back(LoadTestPlan::Drop, 500).load else { panic!("a drop") };
        assert_eq!((plan.visits, plan.within_s, plan.hold_s), (500, 5.0, 30.0));
    }
}
