//! Where settings come from: flags win over environment variables, these over the file, the file over the defaults.

use super::SettingsError;
use super::table::{SETTINGS, Setting, Shown, nearest_key, setting_named};
use clap::{Arg, ArgAction, ArgMatches, Command};
use std::collections::HashMap;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The settings given as flags.
#[derive(Clone, Debug, Default)]
pub struct SettingFlags {
    values: HashMap<&'static str, String>,
    config: Option<PathBuf>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `--listen`.
    Flag(String),
    /// `DOORBUSTER_LISTEN`.
    Variable(String),
    /// `DOORBUSTER_SMTP_URL_FILE`, and the file it names.
    SecretFile(String, PathBuf),
    /// A line of the settings file.
    File(PathBuf),
    /// Nobody set it.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => write!(f, "--{flag}"),
            Self::Variable(variable) => f.write_str(variable),
            Self::SecretFile(variable, path) => write!(f, "{variable}: {}", path.display()),
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Default => f.write_str("default"),
        }
    }
}

/// A value as text, and where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced {
    /// Which setting.
    pub key: &'static str,
    /// Its value; empty: not set.
    pub value: String,
    /// Who said so.
    pub origin: Origin,
}

const CONFIG_VARIABLE: &str = "DOORBUSTER_CONFIG";
const FILE_NAME: &str = "doorbuster.toml";
/// The largest file of one secret.
const SECRET_BYTES_MAX: u64 = 16 * 1024;

/// Makes one flag per setting.
impl clap::Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        let config = Arg::new("config")
            .long("config")
            .value_name("FILE")
            .help("Settings file. Without it: doorbuster.toml in the data folder, if there is one.")
            .long_help(format!(
                "Settings file in TOML. Without it: doorbuster.toml in the data folder, if it is there.\n[env: {CONFIG_VARIABLE}]"
            ))
            .global(true)
            .help_heading(HEADING);
        SETTINGS.iter().map(flag).fold(command.arg(config), Command::arg)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

const HEADING: &str = "Settings";

fn flag(setting: &'static Setting) -> Arg {
    let default = if setting.default.is_empty() { String::new() } else { format!(" [default: {}]", setting.default) };
    let variable = match setting.file_variable() {
        Some(file) => format!("[env: {}, or {file} naming a file that holds it]", setting.variable()),
        None => format!("[env: {}]", setting.variable()),
    };
    Arg::new(setting.key)
        .long(setting.flag())
        .value_name(setting.placeholder)
        .action(ArgAction::Set)
        .help(format!("{}{default}", setting.doc))
        .long_help(format!("{}\n{variable}{default}", setting.doc))
        .hide_short_help(setting.shown != Shown::Always)
        // Also after `shop list`, where everybody writes it.
        .global(true)
        .help_heading(HEADING)
}

impl SettingFlags {
    /// The same argument, in no help if it is a setting that is of no use without a server. Where the database is, is of use.
    pub fn hide_of_a_server(argument: Arg) -> Arg {
        let is_of_a_server = argument.get_help_heading() == Some(HEADING)
            && argument.is_hide_short_help_set()
            && argument.get_id() != "database_url";
        if is_of_a_server { argument.hide(true) } else { argument }
    }
}

impl clap::FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |setting: &'static Setting| matches.get_one::<String>(setting.key).map(|value| (setting.key, value.clone()));
        let config = matches.get_one::<String>("config").map(PathBuf::from);
        Ok(Self { values: SETTINGS.iter().filter_map(given).collect(), config })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl SettingFlags {
    /// Sets what was not given as a flag, as though it had been: for subcommands with a default of their own.
    pub fn or_set(&mut self, key: &'static str, value: &str) {
        assert!(setting_named(key).is_some(), "{key} is a setting");
        self.values.entry(key).or_insert_with(|| value.into());
    }

    /// Whether this setting was given as a flag.
    pub fn is_given(&self, key: &str) -> bool {
        self.values.contains_key(key)
    }

    /// Brings all sources together. `variable` reads the environment.
    ///
    /// # Errors
    /// When the file cannot be read or holds something else than settings.
    pub fn gather(&self, variable: impl Fn(&str) -> Option<String>) -> Result<Vec<Sourced>, SettingsError> {
        let from_environment = |name: &str| variable(name).filter(|value| !value.is_empty());
        let data = setting_named("data").expect("the data folder is a setting");
        let folder = self.values.get("data").cloned().or_else(|| from_environment(&data.variable()));
        let folder = folder.unwrap_or_else(|| data.default.into());
        let named = self.config.clone().or_else(|| from_environment(CONFIG_VARIABLE).map(PathBuf::from));
        let (path, file) = match named {
            Some(path) => (path.clone(), read_file(&path)?),
            None => {
                let path = Path::new(&folder).join(FILE_NAME);
                let file = if path.exists() { read_file(&path)? } else { HashMap::new() };
                (path, file)
            }
        };
        let source = |setting: &'static Setting| {
            let environment = read_environment(setting, &from_environment)?;
            let (value, origin) = if let Some(value) = self.values.get(setting.key) {
                (value.clone(), Origin::Flag(setting.flag().into()))
            } else if let Some(found) = environment {
                found
            } else if let Some(value) = file.get(setting.key) {
                (value.clone(), Origin::File(path.clone()))
            } else {
                (setting.default.to_owned(), Origin::Default)
            };
            Ok(Sourced { key: setting.key, value, origin })
        };
        SETTINGS.iter().map(source).collect()
    }
}

/// What the environment says: the value itself or, of a secret, the file that holds it.
fn read_environment(
    setting: &'static Setting,
    variable: &impl Fn(&str) -> Option<String>,
) -> Result<Option<(String, Origin)>, SettingsError> {
    let plain = variable(&setting.variable()).map(|value| (value, Origin::Variable(setting.variable())));
    let Some(file_variable) = setting.file_variable() else { return Ok(plain) };
    let Some(path) = variable(&file_variable).map(PathBuf::from) else { return Ok(plain) };
    if plain.is_some() {
        return Err(SettingsError::SecretTwice { plain: setting.variable(), file: file_variable });
    }
    let wrong = |detail| SettingsError::SecretFile { key: setting.key, variable: file_variable.clone(), detail };
    let secret = read_secret(&path).map_err(wrong)?;
    Ok(Some((secret, Origin::SecretFile(file_variable, path))))
}

/// The file's text without the blanks around it.
fn read_secret(path: &Path) -> Result<String, String> {
    let told = |cause: std::io::Error| format!("{}: {cause}", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(told)?;
    file.take(SECRET_BYTES_MAX + 1).read_to_string(&mut text).map_err(told)?;
    match text.trim() {
        "" => Err(format!("{} is empty", path.display())),
        _ if text.len() as u64 > SECRET_BYTES_MAX => Err(format!("{} is too large for a secret", path.display())),
        secret => Ok(secret.to_owned()),
    }
}

fn read_file(path: &Path) -> Result<HashMap<&'static str, String>, SettingsError> {
    let text =
        std::fs::read_to_string(path).map_err(|cause| SettingsError::File { path: path.into(), detail: cause.to_string() })?;
    read_toml(&text).map_err(|detail| SettingsError::File { path: path.into(), detail })
}

fn read_toml(text: &str) -> Result<HashMap<&'static str, String>, String> {
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
    let mut values = HashMap::new();
    for (key, value) in table {
        let setting = setting_named(&key).ok_or_else(|| match nearest_key(&key) {
            Some(nearest) => format!("there is no setting `{key}`; did you mean `{nearest}`?"),
            None => format!("there is no setting `{key}`; `doorbuster config` shows all of them"),
        })?;
        let value = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            _ => return Err(format!("`{key}` is neither a text nor a whole number")),
        };
        values.insert(setting.key, value);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(values: &[(&'static str, &str)]) -> SettingFlags {
        let values = values.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
        SettingFlags { values, config: None }
    }

    #[test]
    fn a_flag_wins_over_the_environment_and_that_over_the_file() {
        let folder = std::env::temp_dir().join(format!("doorbuster-settings-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("the temporary folder can be written");
        let text = "listen = \"127.0.0.1:1\"\nlog = \"warn\"\norder_batch_max = 7\n";
        std::fs::write(folder.join(FILE_NAME), text).expect("written");
        let flags = flags(&[("data", folder.to_str().expect("a plain path")), ("listen", "127.0.0.1:3")]);
        let variable = |name: &str| match name {
            "DOORBUSTER_LISTEN" => Some("127.0.0.1:2".to_owned()),
            "DOORBUSTER_LOG" => Some("debug".to_owned()),
            "DOORBUSTER_LOG_FORMAT" => Some(String::new()),
            _ => None,
        };
        let sources = flags.gather(variable).expect("the file is sound");
        let found = |key: &str| {
            let sourced = sources.iter().find(|sourced| sourced.key == key).expect("a setting");
            (sourced.value.clone(), sourced.origin.clone())
        };
        assert_eq!(found("listen"), ("127.0.0.1:3".into(), Origin::Flag("listen".into())));
        assert_eq!(found("log"), ("debug".into(), Origin::Variable("DOORBUSTER_LOG".into())));
        assert_eq!(found("order_batch_max"), ("7".into(), Origin::File(folder.join(FILE_NAME))));
        assert_eq!(found("log_format"), ("text".into(), Origin::Default));
        std::fs::remove_dir_all(&folder).ok();
    }

    #[test]
    fn a_misspelled_key_is_told_with_the_one_that_was_meant() {
        let error = read_toml("listn = \"127.0.0.1:1\"").expect_err("misspelled");
        assert_eq!(error, "there is no setting `listn`; did you mean `listen`?");
        assert!(read_toml("listen = [1]").is_err());
        assert!(read_toml("listen = ").is_err());
    }
}
