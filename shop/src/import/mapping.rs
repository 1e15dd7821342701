//! Which column of a file is read as what: found by the columns' names, changed by the merchant.

use super::{ColumnUse, Format, RowError};
use std::collections::HashMap;

/// For each column of a file the column of the format it is read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    format: Format,
    names: Vec<String>,
    /// The format's name for each; empty: ignored.
    read_as: Vec<String>,
    index: HashMap<String, usize>,
}

impl Mapping {
    /// By the columns' own names, in any case; of two that are read the same the first counts.
    pub fn automatic(format: Format, names: Vec<String>) -> Self {
        let read_as = names.iter().map(|name| format.column(name).unwrap_or_default()).collect();
        Self::chosen(format, names, read_as)
    }

    /// As the merchant wants it; what the format does not know is ignored.
    pub fn chosen(format: Format, names: Vec<String>, mut read_as: Vec<String>) -> Self {
        read_as.resize(names.len(), String::new());
        let mut index = HashMap::new();
        for (at, column) in read_as.iter_mut().enumerate() {
            match format.column(column) {
                Some(known) if !index.contains_key(&known) => {
                    index.insert(known.clone(), at);
                    *column = known;
                }
                _ => column.clear(),
            }
        }
        Self { format, names, read_as, index }
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// The header of the file.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// What each column is read as; empty: ignored.
    pub fn read_as(&self) -> &[String] {
        &self.read_as
    }

    pub fn has(&self, column: &str) -> bool {
        self.index.contains_key(column)
    }

    pub(super) fn index(&self, column: &str) -> Option<usize> {
        self.index.get(column).copied()
    }

    /// What the file calls a column of the format.
    pub fn name_of<'a>(&'a self, column: &'a str) -> &'a str {
        self.index(column).map_or(column, |at| self.names[at].as_str())
    }

    /// Whether this shop wrote the file: nothing is guessed then, cells are taken literally.
    pub fn is_own(&self) -> bool {
        self.has(super::own::SLUG)
    }

    /// Columns without which the file cannot be read.
    pub fn missing(&self) -> Vec<RowError> {
        let problem = |column: &str| RowError {
            line: 1,
            column: column.into(),
            message: format!("The column {column} is missing. Is this a product export of {}?", self.format.label()),
        };
        self.format.required().iter().filter(|column| !self.has(column)).map(|column| problem(column)).collect()
    }

    /// For each column, what becomes of it.
    pub fn usage(&self) -> Vec<ColumnUse> {
        self.names.iter().zip(&self.read_as).map(|(name, column)| self.format.usage(name, column)).collect()
    }
}
