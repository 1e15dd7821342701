//! One labelled form control with its hint and its error.

use super::Form;
use leptos::prelude::*;

/// A text-like input. The value and the error come from `form`, so what was typed survives a refusal.
#[component]
pub fn Field<'a>(
    form: &'a Form,
    name: &'static str,
    #[prop(into)] label: String,
    #[prop(default = "text")] kind: &'static str,
    /// Autofill token (HTML standard, section 4.10.18.7).
    autocomplete: &'static str,
    #[prop(optional)] inputmode: Option<&'static str>,
    #[prop(optional, into)] hint: Option<String>,
    #[prop(default = true)] required: bool,
    #[prop(default = 120)] max: usize,
    #[prop(optional)] min: Option<usize>,
    #[prop(optional)] wide: bool,
) -> impl IntoView + use<> {
    let ids = Ids::of(form, name, hint.is_some());
    let value = (kind != "password").then(|| form.value(name));
    view! {
        <div class="field" class:field-wide=wide data-field=name>
            <label for=ids.input.clone()>
                <span data-label="">{label}</span>
                {(!required).then(|| view! { <span class="optional">" (optional)"</span> })}
            </label>
            <input
                id=ids.input.clone()
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                inputmode=inputmode
                required=required
                maxlength=max
                minlength=min
                aria-invalid=ids.error.as_ref().map(|_| "true")
                aria-describedby=ids.described_by()
            />
            {hint.map(|hint| view! { <p class="field-hint" id=ids.hint.clone()>{hint}</p> })}
            {ids.error.clone().map(|text| view! { <p class="field-error" id=ids.error_id.clone()>{text}</p> })}
        </div>
    }
}

/// A choice from a list of (value, label).
#[component]
pub fn Select<'a>(
    form: &'a Form,
    name: &'static str,
    #[prop(into)] label: String,
    autocomplete: &'static str,
    options: Vec<(String, String)>,
    /// First, empty entry when nothing is chosen yet.
    #[prop(optional, into)]
    prompt: Option<String>,
    #[prop(default = true)] required: bool,
) -> impl IntoView + use<> {
    let ids = Ids::of(form, name, false);
    let chosen = form.value(name);
    let prompt = prompt.map(|text| view! { <option value="">{text}</option> });
    let options = options
        .into_iter()
        .map(|(value, label)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{label}</option> }
        })
        .collect_view();
    view! {
        <div class="field" data-field=name>
            <label for=ids.input.clone()><span data-label="">{label}</span></label>
            <select
                id=ids.input.clone()
                name=name
                autocomplete=autocomplete
                required=required
                aria-invalid=ids.error.as_ref().map(|_| "true")
                aria-describedby=ids.described_by()
            >
                {prompt}
                {options}
            </select>
            {ids.error.clone().map(|text| view! { <p class="field-error" id=ids.error_id.clone()>{text}</p> })}
        </div>
    }
}

/// The ids that tie label, control, hint and error together.
struct Ids {
    input: String,
    hint: String,
    error_id: String,
    error: Option<String>,
    has_hint: bool,
}

impl Ids {
    fn of(form: &Form, name: &str, has_hint: bool) -> Self {
        let input = form.id(name);
        Self {
            hint: format!("{input}-hint"),
            error_id: format!("{input}-error"),
            error: form.error(name),
            input,
            has_hint,
        }
    }

    fn described_by(&self) -> Option<String> {
        match (self.has_hint, self.error.is_some()) {
            (false, false) => None,
            (true, false) => Some(self.hint.clone()),
            (false, true) => Some(self.error_id.clone()),
            (true, true) => Some(format!("{} {}", self.error_id, self.hint)),
        }
    }
}
