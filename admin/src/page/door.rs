//! Coming in: log in, and accept a one-time link.

use crate::date;
use crate::form::{Field, Form};
use leptos::prelude::*;
use shop::limits::{EMAIL_CHARS, NAME_CHARS};
use shop::staff::Invited;

/// The log-in form. `next` is where the visitor wanted to go.
pub fn log_in(form: &Form, next: &str) -> AnyView {
    view! {
        <h1>"Log in"</h1>
        {form.summary()}
        <form method="post" action="/admin/login" class="stack">
            <input type="hidden" name="next" value=next.to_owned() />
            {Field::new("email", "E-mail").kind("email").required().max(EMAIL_CHARS).autocomplete("username").input(form)}
            {Field::new("password", "Password")
                .kind("password")
                .required()
                .autocomplete("current-password")
                .input(form)}
            <button>"Log in"</button>
        </form>
        <p class="hint">
            "Accounts are made by invitation. Without one, ask an owner, or run "<code>"mercer admin-link"</code>
            " where the shop runs."
        </p>
    }
    .into_any()
}

/// The form behind a one-time link.
pub fn accept(form: &Form, token: &str, invited: &Invited) -> AnyView {
    view! {
        <h1>"Set up your account"</h1>
        <p>
            "You are invited as " <strong>{invited.role.label()}</strong> ". This link works once, until "
            {date::time(invited.expires_at)} " UTC."
        </p>
        {form.summary()}
        <form method="post" action=format!("/admin/setup/{token}") class="stack">
            {Field::new("name", "Your name").required().max(NAME_CHARS).autocomplete("name").input(form)}
            {Field::new("email", "E-mail").kind("email").required().max(EMAIL_CHARS).autocomplete("username").input(form)}
            {Field::new("password", "Password")
                .kind("password")
                .required()
                .hint("At least 8 characters. A sentence is easier to keep than a puzzle.")
                .autocomplete("new-password")
                .input(form)}
            <button>"Create account and log in"</button>
        </form>
    }
    .into_any()
}

/// For links that are used up, too old or mistyped.
pub fn spent() -> AnyView {
    view! {
        <h1>"This link does not work any more"</h1>
        <p>"An invitation opens once and within a day. Ask an owner for a new one, or run " <code>"mercer admin-link"</code>
        " where the shop runs."</p>
        <p><a class="button" href="/admin/login">"Log in"</a></p>
    }
    .into_any()
}
