//! The service as clients see it: over HTTP, against a server of its own for
//! every test.

#[cfg(test)]
mod api;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod images;
#[cfg(test)]
mod layers;
#[cfg(test)]
mod lifecycle;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod server;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod sts;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod uploads;
