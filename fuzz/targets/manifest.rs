//! Any bytes as a manifest, below a line that is the type of the request: what
//! is read agrees with the bytes, and reads the same by the type that it has.

#![no_main]

use ecrane_core::manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let (content_type, bytes) = match bytes.iter().position(|byte| *byte == b'\n') {
        Some(end) => (std::str::from_utf8(&bytes[..end]).ok(), &bytes[end + 1..]),
        None => (None, bytes),
    };
    let read = match manifest::read(content_type, bytes) {
        Ok(read) => read,
        Err(fault) => {
            assert!(!fault.to_string().is_empty());
            return;
        }
    };
    assert_eq!(read.digest, manifest::digest(bytes));
    assert_eq!(read.manifest_size, bytes.len() as u64);
    assert!(
        read.blobs.is_empty() || read.children.is_empty(),
        "an image has blobs, an index has images"
    );
    assert_eq!(manifest::read(Some(&read.media_type), bytes), Ok(read));
});
