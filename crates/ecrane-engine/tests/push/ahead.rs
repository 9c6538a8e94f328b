//! Layers that are uploaded while the image is still being made.

use crate::plain::pull;
use crate::registry::Server;
use crate::reused::{Names, archive, layers};
use ecrane_core::name::{RepositoryName, Tag};
use ecrane_core::push::Known;
use ecrane_engine::archive::{Packed, to_layout};
use ecrane_engine::layout::Layout;
use ecrane_engine::push::{Ahead, Blobs, Delivery, Pushed, ahead, push};
use ecrane_engine::registry::{Patience, Registry};
use futures_util::{Stream, stream};
use std::io::{self, Read};
use std::path::Path;
use std::sync::mpsc;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// An archive that is still being written: what comes after a place of it comes
/// when somebody says so.
struct Halting {
    bytes: io::Cursor<Vec<u8>>,
    place: u64,
    go_on: mpsc::Receiver<()>,
}

impl Read for Halting {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = self.place.saturating_sub(self.bytes.position());
        if left == 0 {
            self.place = u64::MAX;
            self.go_on.recv().unwrap();
            return self.read(buffer);
        }
        let most = buffer
            .len()
            .min(usize::try_from(left).unwrap_or(usize::MAX));
        self.bytes.read(buffer.get_mut(..most).unwrap())
    }
}

fn all(mut layers: UnboundedReceiver<Packed>) -> impl Stream<Item = Packed> {
    stream::poll_fn(move |context| layers.poll_recv(context))
}

fn repository() -> RepositoryName {
    "team/app".parse().unwrap()
}

fn registry(server: &Server) -> Registry {
    Registry::new(&server.credentials(), Patience::default()).unwrap()
}

async fn pushed(server: &Server, layout: &Layout, ahead: &Ahead) -> Pushed {
    let tags: [Tag; 1] = ["v1".parse().unwrap()];
    let delivery = Delivery {
        ahead: Some(ahead),
        ..Delivery::new(layout, &tags)
    };
    let pushed = push(&registry(server), &repository(), &delivery, |_| {}).await;
    pull(server, "v1");
    pushed.unwrap()
}

#[tokio::test]
async fn a_layer_is_there_while_the_next_one_is_not_even_read() {
    let server = Server::start();
    let [_, two, three] = layers();
    let bytes = archive(Names::Folders, &[&two, &three]);
    let second = bytes.windows(11).position(|it| it == b"1/layer.tar");
    let (say, go_on) = mpsc::channel();
    let halting = Halting {
        bytes: io::Cursor::new(bytes.clone()),
        place: second.unwrap() as u64,
        go_on,
    };
    let into = tempfile::tempdir().unwrap();
    let folder = into.path().join("layout");
    let (packed, packed_layers) = unbounded_channel();
    let (seen, mut first) = unbounded_channel();
    let made = tokio::task::spawn_blocking(move || {
        to_layout(halting, &Known::default(), &folder, |layer| {
            seen.send(layer.descriptor.clone()).unwrap();
            packed.send(layer).unwrap();
        })
    });
    // Only when the registry has the first layer does the archive go on.
    let arrived = async {
        let first = first.recv().await.unwrap();
        let (registry, name) = (registry(&server), repository());
        while !registry.repository(&name).has_blob(&first).await.unwrap() {
            tokio::task::yield_now().await;
        }
        say.send(()).unwrap();
    };
    let (registry_of_ahead, name) = (registry(&server), repository());
    let ahead = ahead(&registry_of_ahead, &name, all(packed_layers), |_| ());
    let (made, ahead, ()) = tokio::join!(made, ahead, arrived);
    let layout = made.unwrap().unwrap();
    let pushed = pushed(&server, &layout, &ahead).await;

    // It is told of as one push, whose writes are those that a push alone makes.
    let blobs = layout.plan().blobs.iter();
    let expected = Blobs {
        uploaded: 3,
        mounted: 0,
        present: 0,
        bytes_uploaded: blobs.map(|blob| blob.size).sum(),
    };
    assert_eq!(pushed.blobs, expected);
    let elsewhere = Server::start();
    let alone = crate::plain::pushed(&elsewhere, &layout, &["v1"]).await;
    assert_eq!(pushed.writes, alone.writes);
}

#[tokio::test]
async fn what_fails_ahead_is_brought_by_the_push() {
    let server = Server::start();
    let [one, two, _] = layers();
    let into = tempfile::tempdir().unwrap();
    let bytes = archive(Names::Folders, &[&one, &two]);
    let (packed, packed_layers) = unbounded_channel();
    let layout = to_layout(bytes.as_slice(), &Known::default(), into.path(), |layer| {
        let file = Path::new("/nowhere").into();
        packed.send(Packed { file, ..layer }).unwrap();
    });
    drop(packed);
    let layout = layout.unwrap();
    let ahead = ahead(
        &registry(&server),
        &repository(),
        all(packed_layers),
        |_| (),
    )
    .await;
    let pushed = pushed(&server, &layout, &ahead).await;
    assert_eq!((pushed.blobs.uploaded, pushed.blobs.present), (3, 0));
}
