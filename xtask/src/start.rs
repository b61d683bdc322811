//! `start`: builds the app and the server in release mode, then becomes the server.

use std::{env, process::Command};

use crate::{app, process};

/// Builds everything and serves it until a signal ends the server.
pub(crate) fn run(args: &[String]) -> anyhow::Result<()> {
    app::build()?;
    process::run(&mut process::cargo([
        "build",
        "--release",
        "--package",
        "weft-server",
    ]))?;
    let name = format!("target/release/weft-server{}", env::consts::EXE_SUFFIX);
    become_it(
        process::command(process::root().join(name))
            .args(defaults(args))
            .args(args),
    )
}

/// The flags that neither `args` nor the environment sets.
fn defaults(args: &[String]) -> Vec<String> {
    let app_dir = app::dist().display().to_string();
    let flags = [
        ("--app-dir", "WEFT_APP_DIR", app_dir.as_str()),
        ("--data", "WEFT_DATA", "./data"),
    ];
    let is_given = |flag: &str| {
        args.iter().any(|arg| {
            arg.strip_prefix(flag)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
        })
    };
    flags
        .into_iter()
        .filter(|(flag, variable, _)| !is_given(flag) && env::var_os(variable).is_none())
        .flat_map(|(flag, _, value)| [flag.to_owned(), value.to_owned()])
        .collect()
}

/// Takes this process's place, so that signals reach the server itself.
#[cfg(unix)]
fn become_it(command: &mut Command) -> anyhow::Result<()> {
    use std::os::unix::process::CommandExt as _;
    Err(anyhow::Error::new(command.exec()).context("could not run the server"))
}

#[cfg(not(unix))]
fn become_it(command: &mut Command) -> anyhow::Result<()> {
    process::run(command)
}

#[cfg(test)]
mod tests {
    use super::defaults;

    #[test]
    fn what_is_given_is_not_set_again() {
        let flags = defaults(&[
            "--data=/tmp/x".to_owned(),
            "--app-dir".to_owned(),
            "y".to_owned(),
        ]);
        assert!(flags.is_empty(), "{flags:?}");
        assert!(defaults(&["--database".to_owned()]).contains(&"./data".to_owned()));
    }
}
