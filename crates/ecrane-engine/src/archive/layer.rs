//! An uncompressed layer on its way into a layout.
//!
//! It becomes one gzip stream, put together of blocks of one size that the
//! processors compress side by side. To a reader it is a stream like any other:
//! not the several members in a row that some take for the end.

use super::ArchiveError;
use super::entry::{Entry, Layer};
use crate::content::Digesting;
use crate::layout;
use ecrane_core::name::Digest;
use ecrane_core::push::{Descriptor, Known};
use gzp::deflate::Gzip;
use gzp::par::compress::{Compression, ParCompress, ParCompressBuilder};
use gzp::{GzpError, ZWriter as _};
use std::io::{self, Read, Seek as _, Write};
use std::path::Path;
use std::thread;

const GZIP_LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";
/// On a Debian user land, level 3 took 0.6 of the time of level 6 for 1.03 of
/// its bytes. Changing this or the size of a block changes the digest of every
/// layer that ecrane compresses, so that each would be uploaded once more.
const LEVEL: u32 = 3;
/// In bytes: so much is compressed at once by one processor.
const BLOCK: usize = 512 * 1024;
/// In bytes: so much of a layer waits in memory, and what is more on disk, until
/// its end says whether the repository has it.
const WAITING: usize = 64 * 1024 * 1024;

/// Compresses a layer, unless the repository is known to have it.
///
/// Engines from version 25 on `name` a layer by its digest; those before do not
/// say what it is until it has been read.
pub(super) fn take(
    content: impl Read,
    path: &str,
    name: Option<&Digest>,
    known: &Known,
    into: &Path,
) -> Result<Entry, ArchiveError> {
    if known.has_no_layer() {
        return compress(content, into);
    }
    match name.map(|name| (name, known.layer(name))) {
        Some((_, None)) => compress(content, into),
        Some((name, Some(descriptor))) => {
            let real = pass(content, &mut io::sink())?;
            if real != *name {
                return Err(ArchiveError::Damaged {
                    path: path.to_owned(),
                    should: name.to_string(),
                    real,
                });
            }
            Ok(reused(real, descriptor))
        }
        None => {
            let mut waiting = tempfile::spooled_tempfile_in(WAITING, into);
            let diff_id = pass(content, &mut waiting)?;
            match known.layer(&diff_id) {
                Some(descriptor) => Ok(reused(diff_id, descriptor)),
                None => {
                    waiting.rewind().map_err(layout::io_error("read", into))?;
                    compress(waiting, into)
                }
            }
        }
    }
}

fn reused(diff_id: Digest, descriptor: &Descriptor) -> Entry {
    let descriptor = descriptor.clone();
    Entry::Reused(Layer {
        diff_id,
        descriptor,
    })
}

/// Copies a layer, and gives the digest of its content.
fn pass(content: impl Read, to: &mut impl Write) -> Result<Digest, ArchiveError> {
    let mut content = Digesting::new(content);
    io::copy(&mut content, to).map_err(ArchiveError::Tar)?;
    Ok(content.finish().1)
}

/// Same layer, same bytes: the header states no time and no system, where a
/// block ends does not depend on how the content arrives or on the number of
/// processors, and the compressor decides alike on every kind of them.
fn compress(content: impl Read, into: &Path) -> Result<Entry, ArchiveError> {
    let file = layout::partial_blob(into)?;
    let path = file.path().to_owned();
    let failed = |error| layout::io_error("write", &path)(own(error));
    let mut content = Digesting::new(content);
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let mut encoder = encoder(Digesting::new(file), processors).map_err(failed)?;
    match copy(&mut content, &mut encoder) {
        Ok(()) => {}
        Err(Broken::Write(error)) => return Err(failed(error.into()).into()),
        Err(Broken::Read(error)) => {
            // What is dropped unfinished finishes then, and must not fail there.
            let _ = encoder.finish();
            return Err(ArchiveError::Tar(error));
        }
    }
    let (file, digest, size) = encoder.finish().map_err(failed)?.finish();
    layout::keep_blob(into, file, &digest)?;
    Ok(Entry::Packed(Layer {
        diff_id: content.finish().1,
        descriptor: Descriptor::new(GZIP_LAYER, digest, size),
    }))
}

type Encoder<W> = ParCompress<'static, Gzip, W>;

fn encoder<W: Write + Send + 'static>(to: W, threads: usize) -> Result<Encoder<W>, GzpError> {
    Ok(ParCompressBuilder::new()
        .num_threads(threads)?
        .buffer_size(BLOCK)?
        .compression_level(Compression::new(LEVEL))
        .from_writer(to))
}

/// Which end a copy failed at. After a failure to write, the encoder is at its end.
#[derive(Debug)]
enum Broken {
    Read(io::Error),
    Write(io::Error),
}

fn copy<W: Write>(from: &mut impl Read, to: &mut Encoder<W>) -> Result<(), Broken> {
    let mut piece = vec![0; BLOCK];
    loop {
        let read = match from.read(&mut piece) {
            Ok(0) => return Ok(()),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(Broken::Read(error)),
        };
        let part = piece.get(..read).unwrap_or_default();
        to.write_all(part).map_err(Broken::Write)?;
    }
}

fn own(error: GzpError) -> io::Error {
    match error {
        GzpError::Io(error) => error,
        other => io::Error::other(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content;
    use flate2::read::GzDecoder;

    /// Somewhat like a program: what comes again is near.
    fn sample(size: usize) -> Vec<u8> {
        let mut state = 1_u32;
        let mut bytes = Vec::with_capacity(size);
        while bytes.len() < size {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let word = state >> 20;
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        bytes.truncate(size);
        bytes
    }

    /// Gives no more than so many bytes at once.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let most = buffer.len().min(self.1);
            self.0.read(buffer.get_mut(..most).unwrap())
        }
    }

    fn compressed(bytes: &[u8], threads: usize, pieces: usize) -> Vec<u8> {
        let mut encoder = encoder(Vec::new(), threads).unwrap();
        copy(&mut Pieces(bytes, pieces), &mut encoder).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn the_bytes_depend_on_the_content_alone() {
        let content = sample(3 * BLOCK + 1000);
        let bytes = compressed(&content, 1, BLOCK);
        for (threads, pieces) in [(2, BLOCK), (5, 1000), (1, 77_777)] {
            assert_eq!(compressed(&content, threads, pieces), bytes, "{threads}");
        }
        // A promise: another digest is another upload of every layer.
        insta::assert_snapshot!(content::digest(&bytes), @"sha256:109e3e0ab9c8c2ed58ce6a976640dac575542eb65b2bf5e8582853fdd86ed7dd");
    }

    #[test]
    fn what_was_compressed_is_one_stream_that_any_reader_takes() {
        for size in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK] {
            let content = sample(size);
            let bytes = compressed(&content, 3, BLOCK);
            let mut back = Vec::new();
            let mut decoder = GzDecoder::new(bytes.as_slice());
            decoder.read_to_end(&mut back).unwrap();
            assert!(back == content, "{size}");
            assert!(decoder.into_inner().is_empty(), "{size}");
        }
    }

    /// A disk with so much room, in bytes.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let full = io::Error::from(io::ErrorKind::StorageFull);
            self.0 = self.0.checked_sub(bytes.len()).ok_or(full)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_an_error_wherever_it_shows() {
        let content = sample(40 * BLOCK);
        for (size, room) in [(40, 0), (40, BLOCK), (1, 0)] {
            let mut encoder = encoder(Disk(room), 2).unwrap();
            let mut content = content.get(..size * BLOCK).unwrap();
            let error = match copy(&mut content, &mut encoder) {
                Ok(()) => own(encoder.finish().err().unwrap()),
                Err(Broken::Write(error)) => error,
                Err(other) => panic!("{other:?}"),
            };
            assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        }
    }
}
