//! One path of a thread as Markdown, for people to read: what it is of, then each message under its author.

use std::{collections::HashMap, fmt::Write as _, sync::Arc};

use weft_hub::{Answer, Read, store::Lookup as _};
use weft_protocol::{
    Author, MessageRow, Millis, Path, Status, ThreadId, User, UserId, limits::MAX_PAGE,
};

use super::{Out, export, write};
use crate::{App, store::Rows};

/// Writes the path.
pub(super) async fn path(
    app: Arc<App>,
    me: User,
    thread: ThreadId,
    path: Path,
    out: Out,
) -> anyhow::Result<()> {
    let row = export::row(&app, me.id, thread).await?;
    let row = row.ok_or_else(|| anyhow::anyhow!("{thread} is not there"))?;
    let people = app
        .writer
        .look(move |db| Ok(Rows::new(db, 0).people(thread)?));
    let people: HashMap<UserId, String> = people
        .await?
        .into_iter()
        .map(|member| {
            let called = match member.user.called() {
                "" => "Deleted user",
                name => name,
            };
            (member.user.id, called.to_owned())
        })
        .collect();
    // A string of JSON is one of YAML.
    let title = serde_json::to_string(&row.title)?;
    let date = moment(row.created_at);
    let heading = escaped(&row.title);
    write(
        &out,
        format!("---\ntitle: {title}\ndate: {date}\n---\n\n# {heading}\n"),
    )
    .await?;
    let (mut from, mut path) = (1, path);
    loop {
        let read = Read::Page {
            user: me.id,
            thread,
            path,
            from,
            limit: MAX_PAGE,
        };
        let Answer::Page { tip, rows, .. } = app.writer.read(read).await? else {
            anyhow::bail!("{thread} is not this person's any more");
        };
        let (Some(tip), Some(last)) = (tip, rows.last().map(|row| row.depth)) else {
            return Ok(());
        };
        // What is said meanwhile does not lead elsewhere.
        (path, from) = (Path::To(tip), last + 1);
        let mut text = String::new();
        for mut row in rows {
            if row.status == Status::Streaming {
                let so_far = app
                    .writer
                    .look(move |db| Ok(Rows::new(db, 0).appended(row.id)?));
                row.text = so_far.await?.into();
            }
            if !row.deleted {
                message(&mut text, &row, &people)?;
            }
        }
        write(&out, text).await?;
    }
}

fn message(
    out: &mut String,
    row: &MessageRow,
    people: &HashMap<UserId, String>,
) -> std::fmt::Result {
    let author = match &row.author {
        Author::User(user) => people.get(user).map_or("", String::as_str),
        Author::Assistant(model) => model,
        Author::System => "Weft",
    };
    let (author, at) = (escaped(author), moment(row.created_at));
    write!(out, "\n## {author}\n\n*{at}*\n\n{}\n", row.text)?;
    match row.status {
        Status::Stopped => out.push_str("\n*Stopped.*\n"),
        Status::Failed => out.push_str("\n*This reply ended with an error.*\n"),
        Status::Streaming => out.push_str("\n*This reply was still being written.*\n"),
        Status::Complete => {}
    }
    Ok(())
}

/// A name within a heading, as it is.
fn escaped(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars() {
        if character.is_control() {
            text.push(' ');
            continue;
        }
        if character.is_ascii_punctuation() && !matches!(character, '.' | ',' | '-' | ':' | '?') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

/// A moment as ISO 8601, in UTC.
fn moment(at: Millis) -> String {
    let seconds = at / 1_000;
    let (year, month, day) = date(seconds / 86_400);
    let (hour, minute, second) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// The date so many days after the first of 1970 (Howard Hinnant, `civil_from_days`).
fn date(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months from March, so that the odd one is the last.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (400 * era + year + u64::from(month < 3), month, day)
}

#[cfg(test)]
mod tests {
    use super::{escaped, moment};

    #[test]
    fn a_moment_is_written_in_utc() {
        for (at, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_399_999, "2000-02-28T23:59:59Z"),
            (951_782_400_000, "2000-02-29T00:00:00Z"),
            (1_709_251_200_000, "2024-03-01T00:00:00Z"),
            (1_767_225_599_000, "2025-12-31T23:59:59Z"),
        ] {
            assert_eq!(moment(at), text);
        }
    }

    #[test]
    fn a_name_is_no_markup() {
        assert_eq!(escaped("*a* [b](c)\n# d"), "\\*a\\* \\[b\\]\\(c\\) \\# d");
        assert_eq!(escaped("gpt-4.1"), "gpt-4.1");
    }
}
