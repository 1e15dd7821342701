//! Form-encoded parameters with Stripe's bracket nesting: `metadata[order]=1`, `line_items[0][quantity]=2`.
//!
//! Kept flat: a nested value is looked up by its written name. The last of several equal names counts.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::error::{Answer, ApiError};

const PARAMS_MAX: usize = 1000;
const METADATA_KEYS_MAX: usize = 50;
const METADATA_KEY_MAX: usize = 40;
const METADATA_VALUE_MAX: usize = 500;

pub type Metadata = BTreeMap<String, String>;

#[derive(Clone, Debug, Default)]
pub struct Params(Vec<(String, String)>);

impl Params {
    pub fn parse(encoded: &[u8]) -> Answer<Self> {
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(encoded)
            .take(PARAMS_MAX + 1)
            .map(|(k, v)| (k.into_owned(), v.into_owned()))
            .collect();
        if pairs.len() > PARAMS_MAX {
            return Err(ApiError::new(400, "invalid_request_error", "Too many parameters."));
        }
        Ok(Self(pairs))
    }

    /// Refuses names that the endpoint does not have, as Stripe does: a typo must not pass in silence.
    pub fn only(&self, known: &[&str]) -> Answer<()> {
        for (name, _) in &self.0 {
            let top = name.split('[').next().unwrap_or(name);
            if !known.contains(&top) && !matches!(top, "expand" | "key" | "_stripe_version") {
                return Err(ApiError::param("parameter_unknown", top, format!("Received unknown parameter: {top}")));
            }
        }
        Ok(())
    }

    /// `None` when absent or empty.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// `None` when absent; empty when it is to be removed.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    pub fn required(&self, name: &str) -> Answer<&str> {
        self.text(name).ok_or_else(|| ApiError::missing_param(name))
    }

    pub fn integer(&self, name: &str) -> Answer<Option<i64>> {
        self.text(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| ApiError::param("parameter_invalid_integer", name, format!("Invalid integer: {name}")))
            })
            .transpose()
    }

    pub fn flag(&self, name: &str) -> Answer<bool> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(ApiError::param("parameter_invalid_boolean", name, format!("Invalid boolean: {name}"))),
        }
    }

    /// The values of `name[]`, `name[0]`, …
    pub fn values<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(move |(n, value)| {
            let index = n.strip_prefix(name)?.strip_prefix('[')?.strip_suffix(']')?;
            index.bytes().all(|b| b.is_ascii_digit()).then_some(value.as_str())
        })
    }

    /// How many consecutive elements `name[0]`, `name[1]`, … there are.
    pub fn count(&self, name: &str) -> usize {
        (0..PARAMS_MAX)
            .take_while(|at| {
                let element = format!("{name}[{at}]");
                self.0.iter().any(|(n, _)| n.starts_with(&element))
            })
            .count()
    }

    pub fn metadata(&self, name: &str) -> Answer<Metadata> {
        let mut metadata = Metadata::new();
        for (n, value) in &self.0 {
            let Some(key) = n.strip_prefix(name).and_then(|rest| rest.strip_prefix('[')?.strip_suffix(']')) else {
                continue;
            };
            if key.chars().count() > METADATA_KEY_MAX || value.chars().count() > METADATA_VALUE_MAX {
                return Err(ApiError::param(
                    "metadata_invalid",
                    name,
                    "Metadata keys have up to 40 characters and values up to 500.",
                ));
            }
            metadata.insert(key.to_owned(), value.clone());
        }
        if metadata.len() > METADATA_KEYS_MAX {
            return Err(ApiError::param("metadata_invalid", name, "Metadata can have up to 50 keys."));
        }
        Ok(metadata)
    }

    /// The same for two calls exactly when endpoint and parameters are the same, in whatever order.
    pub fn fingerprint(&self, method: &str, path: &str) -> [u8; 32] {
        let mut pairs: Vec<&(String, String)> = self.0.iter().collect();
        pairs.sort();
        let mut hash = Sha256::new();
        for part in [method, path].into_iter().chain(pairs.into_iter().flat_map(|(n, v)| [n.as_str(), v.as_str()])) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        hash.finalize().into()
    }
}

/// Applies an update as Stripe does: an empty value removes its key.
pub fn merge(old: &Metadata, new: Metadata) -> Metadata {
    let mut merged = old.clone();
    merged.extend(new);
    merged.retain(|_, value| !value.is_empty());
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(text: &str) -> Params {
        Params::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn nested_names_are_found_as_written() {
        let p = params(
            "metadata%5Ba%5D=1&metadata[b]=2&line_items[0][quantity]=3&line_items[1][quantity]=4&expand[]=x&expand[1]=y",
        );
        assert_eq!(p.metadata("metadata").unwrap().len(), 2);
        assert_eq!(p.integer("line_items[1][quantity]").unwrap(), Some(4));
        assert_eq!(p.count("line_items"), 2);
        assert_eq!(p.values("expand").collect::<Vec<_>>(), ["x", "y"]);
    }

    #[test]
    fn fingerprints_know_parameters_and_not_their_order() {
        let print = |text| params(text).fingerprint("POST", "/v1/x");
        assert_eq!(print("a=1&b=2"), print("b=2&a=1"));
        assert_ne!(print("a=1&b=2"), print("a=1&b=3"));
        assert_ne!(print("a=12"), print("a1=2"));
    }

    #[test]
    fn a_misspelt_parameter_is_refused() {
        assert_eq!(
            params("capture_methd=manual").only(&["capture_method"]).unwrap_err().param.as_deref(),
            Some("capture_methd")
        );
    }
}
