//! Where a database is: what no copy of it has.
//!
//! Invariant: of a folder that was copied, or a database that was put into one, the place is another. It
//! may be so for a folder that was only touched, which costs each device one more reading.

use std::{
    fs::{self, File, Metadata},
    io::{self, Write as _},
    path::Path,
};

/// The file beside the database that tells places apart. It is the server's lock as well.
pub(super) const BESIDE: &str = "weft.lock";

/// The place of the database at `path`.
pub(super) fn of(path: &Path) -> io::Result<i64> {
    let beside = fs::metadata(path.with_file_name(BESIDE))?;
    Ok(changed(&beside)
        ^ file(&beside).rotate_left(21)
        ^ file(&fs::metadata(path)?).rotate_left(42))
}

/// Gives the database at `path` another place than it had.
pub(super) fn renew(path: &Path) -> io::Result<()> {
    let mut beside = File::create(path.with_file_name(BESIDE))?;
    beside.write_all(b"Belongs to the database beside it.\n")?;
    beside.sync_all()
}

/// Which file it is.
#[cfg(unix)]
fn file(data: &Metadata) -> i64 {
    std::os::unix::fs::MetadataExt::ino(data).cast_signed()
}

/// When it was changed last, by the system's own count: nobody can set it.
#[cfg(unix)]
fn changed(data: &Metadata) -> i64 {
    use std::os::unix::fs::MetadataExt as _;
    let seconds = data.ctime().wrapping_mul(1_000_000_000);
    seconds.wrapping_add(data.ctime_nsec())
}

#[cfg(not(unix))]
fn file(data: &Metadata) -> i64 {
    nanos(data.created())
}

#[cfg(not(unix))]
fn changed(data: &Metadata) -> i64 {
    nanos(data.modified())
}

#[cfg(not(unix))]
fn nanos(at: io::Result<std::time::SystemTime>) -> i64 {
    let since = at.map(|at| at.duration_since(std::time::UNIX_EPOCH).unwrap_or_default());
    since.map_or(0, |since| since.as_nanos() as i64)
}
