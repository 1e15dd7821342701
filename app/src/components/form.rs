//! A form as it came in: values as typed and what was refused about them.

use leptos::prelude::*;
use shop::{Error, FieldError};

/// Values and errors by field name.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Told apart from other forms on the page: prefix of the ids of its controls.
    pub name: &'static str,
    pub values: Vec<(String, String)>,
    pub errors: Vec<FieldError>,
    /// What is wrong with the whole, not with one field.
    pub message: Option<String>,
}

impl Form {
    pub fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, field: &str, value: impl Into<String>) -> Self {
        self.values.push((field.into(), value.into()));
        self
    }

    /// The form again after `error`: field errors stand at their fields, anything else above the form.
    #[must_use]
    pub fn refused(mut self, error: &Error) -> Self {
        match error {
            Error::Invalid(fields) => self.errors.clone_from(fields),
            other => self.message = Some(other.problem().detail),
        }
        self
    }

    pub fn value(&self, field: &str) -> String {
        self.values.iter().find(|(name, _)| name == field).map(|(_, value)| value.clone()).unwrap_or_default()
    }

    /// A value as the content of `<textarea>`, which Leptos writes as it is: without this, typed markup would become
    /// markup of the page. The line break in front is the one that the HTML parser drops.
    pub fn area_text(&self, field: &str) -> String {
        format!("\n{}", self.value(field).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
    }

    pub fn error(&self, field: &str) -> Option<String> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.message.clone())
    }

    /// Id of a field's control.
    pub fn id(&self, field: &str) -> String {
        format!("{}-{field}", self.name)
    }
}

/// The list of what is wrong, above a form, with links to the fields. Takes the focus when the page loads.
#[component]
pub fn Errors<'a>(form: &'a Form) -> impl IntoView + use<> {
    if form.errors.is_empty() && form.message.is_none() {
        return ().into_any();
    }
    let title = form.message.clone().unwrap_or_else(|| match form.errors.len() {
        1 => "One entry needs your attention".into(),
        count => format!("{count} entries need your attention"),
    });
    let links = form
        .errors
        .iter()
        .map(|error| view! { <li><a href=format!("#{}", form.id(&error.field))>{error.message.clone()}</a></li> })
        .collect_view();
    view! {
        <div class="notice notice-bad" role="alert" tabindex="-1" autofocus>
            <p class="notice-title">{title}</p>
            {(!form.errors.is_empty()).then(|| view! { <ul>{links}</ul> })}
        </div>
    }
    .into_any()
}
