//! Packs the grammars that the worker needs out of all that `two-face` has.
//!
//! Grammars refer to each other by number, so each keeps its place: one that is left out has its
//! contexts emptied. What is kept is stored without compression: the file is compressed as a whole
//! on the way, and shrinks by a third more that way.

use std::{collections::HashMap, env, fs, io::Write as _, path::Path};

use flate2::{Compression, read::ZlibDecoder, write::ZlibEncoder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use syntect::parsing::{
    Scope, SyntaxDefinition,
    syntax_definition::{Context, ContextId},
};

/// What is kept, by the grammars' own names; the last ones are parts of others.
const KEPT: [&str; 53] = [
    "Bourne Again Shell (bash)",
    "C",
    "C#",
    "C++",
    "CMake",
    "CSS",
    "Clojure",
    "Dart",
    "Diff",
    "Dockerfile",
    "Elixir",
    "Erlang",
    "Go",
    "GraphQL",
    "HTML",
    "Haskell",
    "INI",
    "JSON",
    "Java",
    "JavaScript",
    "Julia",
    "Kotlin",
    "Lua",
    "MATLAB",
    "Makefile",
    "Markdown",
    "Nix",
    "OCaml",
    "Objective-C",
    "PHP",
    "Perl",
    "PowerShell",
    "Protocol Buffer",
    "Python",
    "R",
    "Ruby",
    "Rust",
    "SCSS",
    "SQL",
    "Scala",
    "Swift",
    "TOML",
    "Terraform",
    "TypeScript",
    "TypeScriptReact",
    "XML",
    "YAML",
    "Zig",
    "JSON (Terraform)",
    "PHP Source",
    "Shell-Unix-Generic",
    "commands-builtin-shell-bash",
    "nginx",
];

/// `syntect::parsing::SyntaxSet` as it is written.
#[derive(Serialize, Deserialize)]
struct Set {
    syntaxes: Vec<Syntax>,
    paths: Vec<(String, usize)>,
}

/// `syntect::parsing::SyntaxReference` as it is written.
#[derive(Serialize, Deserialize)]
struct Syntax {
    name: String,
    file_extensions: Vec<String>,
    scope: Scope,
    first_line_match: Option<String>,
    hidden: bool,
    variables: HashMap<String, String>,
    contexts: Vec<u8>,
}

/// The contexts of a grammar as they are written.
#[derive(Serialize, Deserialize)]
struct Contexts {
    ids: HashMap<String, ContextId>,
    contexts: Vec<Context>,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=syntaxes");
    let mut all = two_face::syntax::extra_newlines().into_builder();
    let own = fs::read_to_string("syntaxes/PowerShell.sublime-syntax")?;
    all.add(SyntaxDefinition::load_from_str(&own, true, None)?);
    let mut set: Set = bincode::deserialize(&bincode::serialize(&all.build())?)?;
    for name in KEPT {
        let is_there = set.syntaxes.iter().any(|syntax| syntax.name == name);
        assert!(is_there, "there is no grammar for {name}");
    }
    set.paths.clear();
    for syntax in &mut set.syntaxes {
        let is_kept = KEPT.contains(&syntax.name.as_str());
        let mut contexts: Contexts = unpack(&syntax.contexts)?;
        contexts
            .ids
            .retain(|name, _| name == "main" || name == "__start");
        if !is_kept {
            syntax.file_extensions.clear();
            for context in &mut contexts.contexts {
                *context = Context::new(false);
            }
        }
        syntax.first_line_match = None;
        syntax.variables.clear();
        syntax.contexts = pack(&contexts)?;
    }
    let file = Path::new(&env::var("OUT_DIR")?).join("syntaxes.bin");
    fs::write(file, bincode::serialize(&set)?)?;
    Ok(())
}

fn unpack<T: DeserializeOwned>(packed: &[u8]) -> bincode::Result<T> {
    bincode::deserialize_from(ZlibDecoder::new(packed))
}

fn pack<T: Serialize>(value: &T) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::none());
    encoder.write_all(&bincode::serialize(value)?)?;
    Ok(encoder.finish()?)
}
