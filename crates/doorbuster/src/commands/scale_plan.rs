//! `doorbuster scale-plan`: when how many nodes run in a sale, from its forecast and what one node was measured to carry.

use super::forecast::{SEED, print, read_plan, seed, unusable};
use super::screen;
use crate::failure::Failure;
use forecast::check::figure;
use forecast::plan::Capacity;
use forecast::report::{json, schedule};
use forecast::scale::{Cases, scale};
use loadtest::capacity::carried;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Says when how many nodes run: up a quarter of an hour before they are needed, down in steps, and what that saves.
#[derive(clap::Args, Debug)]
pub struct ScalePlanArgs {
    /// The plan: a TOML file, or - for standard input.
    #[arg(value_name = "PLAN")]
    plan: PathBuf,
    /// What one node carries: pages a second, or the file that `doorbuster loadtest --json` wrote. Without it: the plan's
    /// [capacity].
    #[arg(long, value_name = "PAGES|FILE", allow_hyphen_values = true)]
    capacity: Option<String>,
    /// Orders a second that one node carries, where --capacity is a number.
    #[arg(long, value_name = "ORDERS", value_parser = figure)]
    orders_per_s: Option<f64>,
    /// For which cases the nodes suffice.
    #[arg(long, value_name = "CASES", default_value = "nineteen")]
    cases: CasesArg,
    /// In which form.
    #[arg(long = "for", value_name = "FORM", default_value = "people")]
    form: Form,
    /// What chance comes from.
    #[arg(long, default_value_t = SEED, value_parser = seed)]
    seed: u64,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum CasesArg {
    /// If every input is exactly as planned.
    Planned,
    /// In half of the cases.
    Half,
    /// In nineteen of twenty cases.
    Nineteen,
}

#[derive(clap::ValueEnum, Clone, Copy, Debug)]
enum Form {
    /// A timetable.
    People,
    /// A ScaledObject of KEDA with cron triggers.
    Keda,
    /// A crontab that sets the least number of a Kubernetes HorizontalPodAutoscaler.
    Hpa,
    /// Timers for the machines that run beyond the usual ones.
    Systemd,
    /// A crontab for Docker Compose.
    Compose,
    /// The plan as data.
    Json,
}

/// Prints the plan.
///
/// # Errors
/// When the plan or the capacity makes no sense, or no number of nodes carries the peak.
pub fn run(args: &ScalePlanArgs) -> Result<ExitCode, Failure> {
    let mut plan = read_plan(&args.plan)?;
    if let Some(capacity) = &args.capacity {
        let measured = capacity_of(capacity, args.orders_per_s)?;
        let known = plan.capacity.unwrap_or(measured);
        plan.capacity = Some(Capacity { pages_per_s: measured.pages_per_s, orders_per_s: measured.orders_per_s, ..known });
    }
    let forecast = forecast::forecast(&plan, args.seed);
    let cases = match args.cases {
        CasesArg::Planned => Cases::Planned,
        CasesArg::Half => Cases::Half,
        CasesArg::Nineteen => Cases::Nineteen,
    };
    let advice = "Say what one node carries: --capacity PAGES_A_SECOND, or the JSON of `doorbuster loadtest`.";
    let scaled = scale(&plan, &forecast, cases).map_err(|error| unusable(error).with_advice(advice))?;
    print(&match args.form {
        Form::People => schedule::timetable(&scaled, screen().ink),
        Form::Keda => schedule::keda(&scaled),
        Form::Hpa => schedule::hpa(&scaled),
        Form::Systemd => schedule::systemd(&scaled),
        Form::Compose => schedule::compose(&scaled),
        Form::Json => json::text(&scaled),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// What one node carries: a number of pages a second, or what a load test found.
fn capacity_of(told: &str, orders_per_s: Option<f64>) -> Result<Capacity, Failure> {
    let alone =
        |pages_per_s, orders_per_s| Capacity { pages_per_s, orders_per_s, sigma: 0.0, kappa: 0.0, admitted_per_minute: None };
    // A number below 0 is no name of a file.
    if let Ok(pages_per_s) = figure(told).or_else(|_| told.parse().ok().filter(|number: &f64| *number < 0.0).ok_or(())) {
        let is_some = |rate: f64| rate > 0.0;
        return match (is_some(pages_per_s), orders_per_s.is_none_or(is_some)) {
            (true, true) => Ok(alone(pages_per_s, orders_per_s.unwrap_or(f64::INFINITY))),
            _ => Err(Failure::usage("a node that carries nothing is no help").with_advice("Give rates above 0.")),
        };
    }
    let run = loadtest::report::json::read(Path::new(told)).map_err(Failure::new)?;
    let carried = carried(&run).ok_or_else(|| {
        let failure = Failure::usage(format!("in the load test of {told} no number of shoppers was held"));
        failure.with_advice("Run it again with smaller steps, or on a stronger machine.")
    })?;
    // Where nobody bought, nothing is known of orders, and pages alone decide.
    let orders = Some(carried.orders_per_s).filter(|orders| *orders > 0.0);
    Ok(alone(carried.pages_per_s, orders_per_s.or(orders).unwrap_or(f64::INFINITY)))
}
