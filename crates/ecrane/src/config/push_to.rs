//! The input `push-to`.

use super::list::by_comma_and_line;
use super::read::Reader;
use super::{Counterpart, Fault};
use crate::inputs::Inputs;
use ecrane_core::name::Region;
use ecrane_core::push::{Destination, DestinationError};

const INPUT: &str = "push-to";
const FORMS: &str = "give a Region, an account id or the host of a registry";

impl Reader {
    /// Further registries. A stand-in for ECR is one only beside another, where
    /// the endpoint is not AWS's own.
    pub(super) fn push_to(
        &mut self,
        inputs: &Inputs,
        main: Option<&Region>,
        counterpart: Counterpart,
    ) -> Vec<Destination> {
        let mut destinations: Vec<Destination> = Vec::new();
        for text in by_comma_and_line(&inputs.push_to) {
            let whole = |message: &str| Fault::whole(INPUT, &text, message);
            let destination = match text.parse::<Destination>() {
                Ok(destination) => destination,
                Err(error) => {
                    self.fault(fault(&text, error));
                    continue;
                }
            };
            if destinations.contains(&destination) {
                self.warn(whole("this is given twice; it is taken once"));
                continue;
            }
            if destination.region() == main && destination.account().is_none() && main.is_some() {
                self.fault(
                    whole("the image goes there already")
                        .help("it is the Region of the main registry"),
                );
            }
            if destination.stand_in().is_some() && counterpart == Counterpart::Aws {
                self.fault(
                    whole("this is no registry of AWS")
                        .help("local ECRs get an image from `endpoint-url` or `--local`"),
                );
            }
            if let (Destination::Region(region), Counterpart::Aws) = (&destination, counterpart) {
                self.doubt(INPUT, region);
            }
            destinations.push(destination);
        }
        destinations
    }
}

fn fault(text: &str, error: DestinationError) -> Fault {
    match error {
        DestinationError::Name(error) if error.help.is_none() => {
            Fault::name(INPUT, error).help(FORMS)
        }
        DestinationError::Name(error) => Fault::name(INPUT, error),
        DestinationError::Repository { host } => {
            Fault::whole(INPUT, text, "this names a repository").help(format!(
                "give `{host}`: the repository has the same name in every registry"
            ))
        }
        DestinationError::Public => {
            Fault::whole(INPUT, text, "Amazon ECR Public is not a private registry").help(FORMS)
        }
    }
}
