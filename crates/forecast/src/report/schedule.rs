//! When how many nodes run, in the form that whoever runs them understands: a timetable, or lines for what starts them.
//!
//! What cron reads has no years, so it says when it is to be taken away again.

use super::when::When;
use crate::data::{ScalePlan, ScaleStep};
use crate::scale::{Cases, LEAD_MINUTES};
use charts::markup::Table;
use charts::numbers::{grouped, percent, rate};
use charts::terminal::Ink;
use std::fmt::Write as _;

/// Steps and when they are, on the clock of the sale.
struct Schedule<'a> {
    plan: &'a ScalePlan,
    when: When,
}

impl<'a> Schedule<'a> {
    fn of(plan: &'a ScalePlan) -> Self {
        Self { plan, when: When::new(&plan.ends, &plan.zone) }
    }

    fn words(&self, instant: &str) -> String {
        self.when.words(self.when.minute(instant))
    }

    /// In the form of jiff's `strftime`.
    fn written(&self, instant: &str, form: &str) -> String {
        self.when.at(self.when.minute(instant)).strftime(form).to_string()
    }

    /// Minute, hour, day, month, any day of the week.
    fn cron(&self, instant: &str) -> String {
        self.written(instant, "%-M %-H %-d %-m *")
    }

    /// What every form says first, as comments.
    fn head(&self, says: &str) -> String {
        format!(
            "# {}: {} to {} nodes, times of {}.\n# {says}\n",
            self.plan.plan.replace(char::is_control, " "),
            self.plan.nodes_least,
            self.plan.nodes_most,
            self.plan.zone
        )
    }

    /// What forms say that cron reads.
    fn cron_head(&self, says: &str) -> String {
        format!("{}# Take this away after {}: it has no year.\n", self.head(says), self.words(&self.plan.ends))
    }

    /// A line of a crontab for each step.
    fn crontab(&self, says: &str, command: impl Fn(&ScaleStep) -> String) -> String {
        let mut text = self.cron_head(says);
        let _ = writeln!(text, "CRON_TZ={}", self.plan.zone);
        for step in &self.plan.steps {
            let _ = writeln!(text, "{} {}", self.cron(&step.at), command(step));
        }
        text
    }
}

/// A table for people.
pub fn timetable(plan: &ScalePlan, ink: Ink) -> String {
    let schedule = Schedule::of(plan);
    let mut table = Table::of_numbers(format!("Nodes, times of {}", plan.zone), &["From", "Nodes", "Change"]);
    let mut before = plan.nodes_least;
    for step in &plan.steps {
        let change = match step.nodes.cmp(&before) {
            std::cmp::Ordering::Greater => format!("+{}", step.nodes - before),
            std::cmp::Ordering::Less => format!("−{}", before - step.nodes),
            std::cmp::Ordering::Equal => "–".to_owned(),
        };
        before = step.nodes;
        table.row(schedule.words(&step.at), vec![grouped(u64::from(step.nodes)), change]);
    }
    let cases = match plan.cases {
        Cases::Planned => "if every input is as planned",
        Cases::Half => "in half of the cases",
        Cases::Nineteen => "in nineteen of twenty cases",
    };
    let orders = plan.orders_per_s.map_or_else(String::new, |orders| format!(" and {} orders", rate(orders)));
    format!(
        "{}\nThey suffice {cases}, with three tenths of reserve and one that may fail; one node carries {} pages{orders} a \
         second. Nodes are up {LEAD_MINUTES} minutes before they are needed and go down in steps.\nPlanned: {} node-hours. With \
         {} nodes all the time it would be {}, so {} are saved ({}).\n",
        table.text(ink),
        rate(plan.pages_per_s),
        rate(plan.node_hours),
        plan.nodes_most,
        rate(plan.node_hours_at_most),
        rate(plan.node_hours_saved),
        percent(plan.node_hours_saved / plan.node_hours_at_most.max(f64::MIN_POSITIVE))
    )
}

/// A `ScaledObject` of KEDA with a cron trigger for each step that is above the usual number.
pub fn keda(plan: &ScalePlan) -> String {
    let schedule = Schedule::of(plan);
    let mut text =
        schedule.cron_head("Add a trigger for load beside these, and raise maxReplicaCount, to react to what was not planned.");
    let _ = write!(
        text,
        "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata:\n  name: doorbuster\nspec:\n  scaleTargetRef:\n    name: \
         doorbuster\n  minReplicaCount: {}\n  maxReplicaCount: {}\n  triggers:",
        plan.nodes_least, plan.nodes_most
    );
    let mut has_triggers = false;
    for pair in plan.steps.windows(2).filter(|pair| pair[0].nodes > plan.nodes_least) {
        has_triggers = true;
        let _ = write!(
            text,
            "\n    - type: cron\n      metadata:\n        timezone: {}\n        start: {}\n        end: {}\n        \
             desiredReplicas: \"{}\"",
            plan.zone,
            schedule.cron(&pair[0].at),
            schedule.cron(&pair[1].at),
            pair[0].nodes
        );
    }
    text.push_str(if has_triggers { "\n" } else { " []\n" });
    text
}

/// Lines of a crontab that raise and lower the least number of a Kubernetes HorizontalPodAutoscaler, which reacts beyond it.
pub fn hpa(plan: &ScalePlan) -> String {
    let says = format!("The autoscaler's maxReplicas has to be {} at least.", plan.nodes_most);
    let patch = |nodes: u32| format!("kubectl patch hpa doorbuster --patch '{{\"spec\":{{\"minReplicas\":{nodes}}}}}'");
    Schedule::of(plan).crontab(&says, |step| patch(step.nodes))
}

/// Lines of a crontab that set how many containers Docker Compose runs.
pub fn compose(plan: &ScalePlan) -> String {
    let says = "Run it in the folder of compose.yaml.";
    let scale = |nodes: u32| format!("docker compose up --detach --no-recreate --scale doorbuster={nodes}");
    Schedule::of(plan).crontab(says, |step| scale(step.nodes))
}

/// Timers for the machines beyond the usual number, of which each runs one node as `doorbuster.service`.
pub fn systemd(plan: &ScalePlan) -> String {
    let schedule = Schedule::of(plan);
    let mut text =
        schedule.head("Each machine runs one node; the usual ones run all the time. A machine that restarts forgets its timers.");
    for node in plan.nodes_least + 1..=plan.nodes_most {
        let _ = writeln!(text, "\n# on the machine of node {node}");
        let mut is_up = false;
        for step in plan.steps.iter().filter(|step| (step.nodes >= node) != std::mem::replace(&mut is_up, step.nodes >= node)) {
            let at = schedule.written(&step.at, "%Y-%m-%d %H:%M");
            let does = if step.nodes >= node { "start" } else { "stop" };
            let _ = writeln!(text, "systemd-run --on-calendar='{at} {}' systemctl {does} doorbuster.service", plan.zone);
        }
    }
    text
}
