//! Pictures of one size become a PNG: one that moves where they are several.
//!
//! Invariant: each frame has only what differs from the one before, and lets that through where nothing does, so a film
//! of words that come is little larger than its last picture.

use std::{
    fs::File,
    io::{BufReader, BufWriter},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use png::{BitDepth, BlendOp, ColorType, Compression, Decoder, Encoder, Filter, Transformations};

/// Bytes of a point: red, green, blue, and how much of what is behind it is hidden.
const POINT: usize = 4;
/// A point that hides nothing.
const CLEAR: [u8; POINT] = [0; POINT];

/// A picture.
#[derive(Clone, PartialEq)]
struct Picture {
    width: usize,
    height: usize,
    points: Vec<u8>,
}

/// What a frame puts where, and for how long, in milliseconds.
struct Frame {
    left: usize,
    top: usize,
    part: Picture,
    lasts: u16,
}

/// Writes `pictures` as a film in which each is shown for `each_ms`, the last for `last_ms`; it begins anew after that.
pub(super) fn film(
    pictures: &[PathBuf],
    to: &Path,
    each_ms: u16,
    last_ms: u16,
) -> anyhow::Result<()> {
    let read = |path: &PathBuf| read(path).with_context(|| path.display().to_string());
    let pictures = pictures
        .iter()
        .map(read)
        .collect::<anyhow::Result<Vec<_>>>()?;
    let mut frames = frames(pictures, each_ms)?;
    let count = u32::try_from(frames.len())?;
    let Some(last) = frames.last_mut() else {
        bail!("there is no picture");
    };
    last.lasts = last_ms;
    let whole = &frames[0].part;
    let file = File::create(to).with_context(|| to.display().to_string())?;
    let (width, height) = (u32::try_from(whole.width)?, u32::try_from(whole.height)?);
    let mut encoder = Encoder::new(BufWriter::new(file), width, height);
    encoder.set_color(ColorType::Rgba);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_compression(Compression::High);
    encoder.set_filter(Filter::Adaptive);
    if count > 1 {
        encoder.set_animated(count, 0)?;
    }
    let mut writer = encoder.write_header()?;
    for Frame {
        left,
        top,
        part,
        lasts,
    } in &frames
    {
        if count > 1 {
            writer.set_frame_delay(*lasts, 1_000)?;
            writer.set_blend_op(BlendOp::Over)?;
            writer.reset_frame_position()?;
            writer.set_frame_dimension(u32::try_from(part.width)?, u32::try_from(part.height)?)?;
            writer.set_frame_position(u32::try_from(*left)?, u32::try_from(*top)?)?;
        }
        writer.write_image_data(&part.points)?;
    }
    writer.finish()?;
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<Picture> {
    let mut decoder = Decoder::new(BufReader::new(File::open(path)?));
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info()?;
    let size = reader.output_buffer_size().context("too large")?;
    let mut points = vec![0; size];
    let info = reader.next_frame(&mut points)?;
    points.truncate(info.buffer_size());
    // A page has nothing to see through.
    let opaque = |point: &[u8]| [point[0], point[1], point[2], u8::MAX];
    let points = match info.color_type {
        ColorType::Rgb => points.chunks_exact(3).flat_map(opaque).collect(),
        ColorType::Rgba => points.chunks_exact(4).flat_map(opaque).collect(),
        other => bail!("points of {other:?}"),
    };
    Ok(Picture {
        width: info.width as usize,
        height: info.height as usize,
        points,
    })
}

/// What changes from each picture to the next. A picture like the one before makes that one last longer.
fn frames(pictures: Vec<Picture>, each_ms: u16) -> anyhow::Result<Vec<Frame>> {
    let mut frames: Vec<Frame> = Vec::new();
    let mut before: Option<Picture> = None;
    for picture in pictures {
        let part = match &before {
            None => Some((0, 0, picture.clone())),
            Some(before) if (before.width, before.height) != (picture.width, picture.height) => {
                bail!("pictures of different sizes")
            }
            Some(before) => change(before, &picture),
        };
        match (part, frames.last_mut()) {
            (Some((left, top, part)), _) => frames.push(Frame {
                left,
                top,
                part,
                lasts: each_ms,
            }),
            (None, Some(last)) => last.lasts += each_ms,
            (None, None) => {}
        }
        before = Some(picture);
    }
    Ok(frames)
}

/// The smallest rectangle with all that differs, as it is in `after`; what does not differ is clear.
fn change(before: &Picture, after: &Picture) -> Option<(usize, usize, Picture)> {
    let differs =
        |at: &usize| before.points[at * POINT..][..POINT] != after.points[at * POINT..][..POINT];
    let places: Vec<usize> = (0..after.width * after.height).filter(differs).collect();
    let (first, last) = (places.first()?, places.last()?);
    let (top, bottom) = (first / after.width, last / after.width);
    let columns = places.iter().map(|at| at % after.width);
    let (left, right) = (columns.clone().min()?, columns.max()?);
    let points = (top..=bottom).flat_map(|y| (left..=right).map(move |x| y * after.width + x));
    let points = points.flat_map(|at| match differs(&at) {
        true => after.points[at * POINT..][..POINT].to_vec(),
        false => CLEAR.to_vec(),
    });
    let part = Picture {
        width: right + 1 - left,
        height: bottom + 1 - top,
        points: points.collect(),
    };
    Some((left, top, part))
}

#[cfg(test)]
mod tests {
    use super::{POINT, Picture, change, frames};

    /// A picture of grey points.
    fn grey(width: usize, points: &[u8]) -> Picture {
        Picture {
            width,
            height: points.len() / width,
            points: points
                .iter()
                .flat_map(|&point| [point, point, point, u8::MAX])
                .collect(),
        }
    }

    #[test]
    fn a_frame_is_the_smallest_rectangle_that_changes() {
        let before = grey(4, &[0; 12]);
        let after = grey(4, &[0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0]);
        let (left, top, part) = change(&before, &after).expect("a change");
        assert_eq!((left, top), (1, 1));
        let mut wanted = grey(2, &[1, 0, 0, 2]);
        wanted.points[POINT..3 * POINT].fill(0);
        assert!(part == wanted);
        assert!(change(&before, &before).is_none());
    }

    #[test]
    fn a_picture_that_stays_lasts_longer() {
        let (one, two) = (grey(2, &[0, 0]), grey(2, &[0, 1]));
        let frames = frames(vec![one.clone(), one.clone(), two, one], 50).expect("frames");
        let lasts: Vec<u16> = frames.iter().map(|frame| frame.lasts).collect();
        assert_eq!(lasts, [100, 50, 50]);
    }
}
