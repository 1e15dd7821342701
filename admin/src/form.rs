//! Forms that keep what was typed: values and refusals by field name, drawn as labelled inputs.
//!
//! A form that is refused is drawn again with the same values, a summary that links to the fields, and each message
//! beside its field.

use leptos::prelude::*;
use shop::FieldError;

/// What was typed (or stands there at first) and what was refused.
#[derive(Clone, Debug, Default)]
pub struct Form {
    /// Sets the fields' ids apart when a page has several forms.
    pub id: &'static str,
    pub values: Vec<(String, String)>,
    pub errors: Vec<FieldError>,
}

impl Form {
    pub fn new(id: &'static str) -> Self {
        Self { id, ..Self::default() }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.values.push((name.to_owned(), value.to_string()));
        self
    }

    #[must_use]
    pub fn refused(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    pub fn value(&self, name: &str) -> &str {
        self.values.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value.as_str())
    }

    /// Every value sent under a name: check boxes, selected rows.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.values.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn is_on(&self, name: &str) -> bool {
        self.values.iter().any(|(known, value)| known == name && !value.is_empty())
    }

    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors.iter().find(|e| e.field == name).map(|e| e.message.as_str())
    }

    /// The id of a field's input.
    pub fn field_id(&self, name: &str) -> String {
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        format!("{}-{plain}", if self.id.is_empty() { "f" } else { self.id })
    }

    /// What was refused, as a list of links to the fields; nothing when all is well.
    pub fn summary(&self) -> Option<AnyView> {
        if self.errors.is_empty() {
            return None;
        }
        let items =
            self.errors
                .iter()
                .map(|e| match e.field.as_str() {
                    // Said of the whole, not of one field.
                    "" => view! { <li>{e.message.clone()}</li> }.into_any(),
                    field => view! { <li><a href=format!("#{}", self.field_id(field))>{e.message.clone()}</a></li> }
                        .into_any(),
                })
                .collect_view();
        let heading = if self.errors.len() == 1 { "One thing to correct" } else { "Some things to correct" };
        Some(
            view! {
                <div class="notice bad" role="alert">
                    <p><strong>{heading}</strong></p>
                    <ul>{items}</ul>
                </div>
            }
            .into_any(),
        )
    }
}

/// One input with its label, hint and refusal.
#[derive(Clone, Debug)]
pub struct Field {
    name: String,
    label: String,
    kind: &'static str,
    hint: String,
    required: bool,
    autocomplete: &'static str,
    max: usize,
    inputmode: &'static str,
    hidden_label: bool,
    slug_from: Option<String>,
    rows: usize,
}

impl Field {
    pub fn new(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind: "text",
            hint: String::new(),
            required: false,
            autocomplete: "off",
            max: 0,
            inputmode: "",
            hidden_label: false,
            slug_from: None,
            rows: 4,
        }
    }

    #[must_use]
    pub fn kind(mut self, kind: &'static str) -> Self {
        self.kind = kind;
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    #[must_use]
    pub fn autocomplete(mut self, token: &'static str) -> Self {
        self.autocomplete = token;
        self
    }

    #[must_use]
    pub fn max(mut self, characters: usize) -> Self {
        self.max = characters;
        self
    }

    /// Which keys a phone shows: "decimal", "numeric".
    #[must_use]
    pub fn keys(mut self, inputmode: &'static str) -> Self {
        self.inputmode = inputmode;
        self
    }

    /// The label is there for those who listen; a table's header shows it to those who see.
    #[must_use]
    pub fn quiet(mut self) -> Self {
        self.hidden_label = true;
        self
    }

    /// Follows the field with this id, as a slug, until it is typed into.
    #[must_use]
    pub fn slug_from(mut self, id: String) -> Self {
        self.slug_from = Some(id);
        self
    }

    #[must_use]
    pub fn rows(mut self, rows: usize) -> Self {
        self.rows = rows;
        self
    }

    /// As `<input>`.
    pub fn input(self, form: &Form) -> AnyView {
        let id = form.field_id(&self.name);
        let value = (self.kind != "password").then(|| form.value(&self.name).to_owned());
        let described = self.described_by(form, &id);
        let control = view! {
            <input
                id=id.clone()
                name=self.name.clone()
                type=self.kind
                value=value
                required=self.required
                autocomplete=self.autocomplete
                maxlength=(self.max > 0).then_some(self.max)
                inputmode=(!self.inputmode.is_empty()).then_some(self.inputmode)
                aria-invalid=form.error(&self.name).map(|_| "true")
                aria-describedby=described
                data-slug-from=self.slug_from.clone()
            />
        };
        self.around(form, &id, control.into_any())
    }

    /// As `<textarea>`.
    pub fn area(self, form: &Form) -> AnyView {
        let id = form.field_id(&self.name);
        let described = self.described_by(form, &id);
        let control = view! {
            <textarea
                id=id.clone()
                name=self.name.clone()
                rows=self.rows
                required=self.required
                maxlength=(self.max > 0).then_some(self.max)
                aria-invalid=form.error(&self.name).map(|_| "true")
                aria-describedby=described
            >
                {area_text(form.value(&self.name))}
            </textarea>
        };
        self.around(form, &id, control.into_any())
    }

    /// As `<select>` over (value, label).
    pub fn select(self, form: &Form, choices: Vec<(String, String)>) -> AnyView {
        let id = form.field_id(&self.name);
        let described = self.described_by(form, &id);
        let chosen = form.value(&self.name).to_owned();
        let options = choices
            .into_iter()
            .map(|(value, label)| {
                let selected = value == chosen;
                view! { <option value=value selected=selected>{label}</option> }
            })
            .collect_view();
        let control = view! {
            <select
                id=id.clone()
                name=self.name.clone()
                aria-invalid=form.error(&self.name).map(|_| "true")
                aria-describedby=described
            >
                {options}
            </select>
        };
        self.around(form, &id, control.into_any())
    }

    /// As a check box that sends "on".
    pub fn check(self, form: &Form) -> AnyView {
        let id = form.field_id(&self.name);
        let hint = (!self.hint.is_empty()).then(|| view! { <span class="hint">{self.hint.clone()}</span> });
        let label_class = if self.hidden_label { "sr-only" } else { "" };
        view! {
            <div class="check">
                <input id=id.clone() name=self.name.clone() type="checkbox" value="on" checked=form.is_on(&self.name) />
                <label for=id class=label_class>{self.label}</label>
                {hint}
            </div>
        }
        .into_any()
    }

    fn described_by(&self, form: &Form, id: &str) -> Option<String> {
        let hint = (!self.hint.is_empty()).then(|| format!("{id}-hint"));
        let error = form.error(&self.name).map(|_| format!("{id}-error"));
        let both: Vec<_> = hint.into_iter().chain(error).collect();
        (!both.is_empty()).then(|| both.join(" "))
    }

    fn around(self, form: &Form, id: &str, control: AnyView) -> AnyView {
        let error = form.error(&self.name).map(|text| {
            view! { <p class="error" id=format!("{id}-error")>{text.to_owned()}</p> }
        });
        let hint = (!self.hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{self.hint}</p> });
        let label_class = if self.hidden_label { "sr-only" } else { "" };
        view! {
            <div class="field">
                <label for=id.to_owned() class=label_class>{self.label}</label>
                {control}
                {hint}
                {error}
            </div>
        }
        .into_any()
    }
}

/// What stands between commas, each once, without the spaces around.
pub fn list(text: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        if !parts.iter().any(|known| known == part) {
            parts.push(part.to_owned());
        }
    }
    parts
}

/// A text as the content of `<textarea>`, which Leptos writes as it is: without this, typed markup would become
/// markup of the page. The line break in front is the one that the HTML parser drops.
fn area_text(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::tachys::view::RenderHtml;

    #[test]
    fn typed_markup_stays_text() {
        let form = Form::new("f").with("note", "</textarea><script>1 & 2</script>").with("name", "\"><script>");
        let html =
            view! { {Field::new("note", "Note").area(&form)}{Field::new("name", "Name").input(&form)} }.to_html();
        assert!(!html.contains("<script>"), "{html}");
        assert!(html.contains("&lt;/textarea&gt;&lt;script&gt;1 &amp; 2&lt;/script&gt;</textarea>"), "{html}");
    }
}
