//! Pushes to a real registry that is not ours, over a real connection.

#[cfg(test)]
mod access;
#[cfg(test)]
mod ahead;
#[cfg(test)]
mod damaged;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod image;
#[cfg(test)]
mod peers;
#[cfg(test)]
mod plain;
#[cfg(test)]
mod prebuilt;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod registry;
#[cfg(test)]
mod reused;
#[cfg(test)]
mod saved;
#[cfg(test)]
mod survival;
#[cfg(test)]
mod there;
#[cfg(test)]
mod upstream;
