//! Puts the built page into the program, if `ECRANE_PAGE` names its folder.
//!
//! Without it the program is built all the same, and `ecrane playground` says
//! how to get one with the page: who wants the rest needs no Node.

use std::env;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// The folder that `cargo xtask web` builds, from the repository's root.
const FOLDER: &str = "ECRANE_PAGE";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed={FOLDER}");
    let mut files = Vec::new();
    if let Some(folder) = env::var_os(FOLDER).filter(|folder| !folder.is_empty()) {
        let folder = root()?.join(folder);
        let folder = folder
            .canonicalize()
            .map_err(|error| format!("{FOLDER}: {}: {error}", folder.display()))?;
        println!("cargo:rerun-if-changed={}", folder.display());
        collect(&folder, &mut files)?;
        // The same page gives the same program.
        files.sort();
        write_list(&folder, &files)?;
    } else {
        write_list(Path::new(""), &files)?;
    }
    Ok(())
}

fn root() -> Result<PathBuf, Box<dyn Error>> {
    let package = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    Ok(package.join("../.."))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), files)?;
        } else {
            files.push(entry.path());
        }
    }
    Ok(())
}

/// The files by their paths in the page, as an array for `playground/page.rs`.
fn write_list(folder: &Path, files: &[PathBuf]) -> Result<(), Box<dyn Error>> {
    let mut list = String::from("[\n");
    for file in files {
        let name = file.strip_prefix(folder)?.to_str();
        let name = name.ok_or("a file of the page has a name that is no text")?;
        writeln!(list, "    ({name:?}, include_bytes!({file:?})),")?;
    }
    list.push_str("]\n");
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("page.rs"), list)?;
    Ok(())
}
