//! Content and its digest.

use ecrane_core::name::Digest;
use sha2::{Digest as _, Sha256};
use std::io::{self, Read, Write};

/// The digest of these bytes.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    finish(Sha256::new_with_prefix(bytes))
}

/// The digest of what was hashed.
pub(crate) fn finish(hash: Sha256) -> Digest {
    Digest::from_sha256(&hash.finalize().into())
}

/// Passes bytes through, and knows their digest and number at the end.
pub(crate) struct Digesting<T> {
    inner: T,
    hash: Sha256,
    size: u64,
}

impl<T> Digesting<T> {
    pub(crate) fn new(inner: T) -> Self {
        Self {
            inner,
            hash: Sha256::new(),
            size: 0,
        }
    }

    /// What is inside, the digest and the number of bytes that passed.
    pub(crate) fn finish(self) -> (T, Digest, u64) {
        (self.inner, finish(self.hash), self.size)
    }

    fn note(&mut self, bytes: &[u8]) {
        self.hash.update(bytes);
        self.size += bytes.len() as u64;
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.note(buffer.get(..n).unwrap_or_default());
        Ok(n)
    }
}

impl<W: Write> Write for Digesting<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.note(bytes.get(..n).unwrap_or_default());
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
