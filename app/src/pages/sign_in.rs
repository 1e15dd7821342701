//! Logging in and registering.

use crate::components::{Errors, Field, Form};
use crate::shell::{Head, Site, document};
use leptos::prelude::*;
use shop::limits::{EMAIL_CHARS, NAME_CHARS, PASSWORD_CHARS};

/// `next` is where the shopper wanted to go.
pub fn log_in(site: &Site, form: &Form, next: &str) -> impl IntoView + use<> {
    let guest = next.starts_with("/checkout").then(|| {
        view! { <p class="aside">"No account? " <a href="/checkout/contact">"Continue as a guest"</a></p> }
    });
    let register = if next.is_empty() {
        "/register".to_owned()
    } else {
        format!("/register?next={}", crate::variants::query_value(next))
    };
    let body = view! {
        <div class="narrow">
            <h1>"Log in"</h1>
            {guest}
            <Errors form=form />
            <form class="stack" action="/login" method="post">
                <input type="hidden" name="next" value=next.to_owned() />
                <Field form=form name="email" label="E-mail" kind="email" autocomplete="username" inputmode="email" max=EMAIL_CHARS />
                <Field form=form name="password" label="Password" kind="password" autocomplete="current-password" max=*PASSWORD_CHARS.end() />
                <button class="button button-wide" type="submit">"Log in"</button>
            </form>
            <p class="aside">"New here? " <a href=register>"Create an account"</a> ". You can also order as a guest."</p>
        </div>
    };
    document(site, Head::private("Log in"), body)
}

pub fn register(site: &Site, form: &Form, next: &str) -> impl IntoView + use<> {
    let body = view! {
        <div class="narrow">
            <h1>"Create an account"</h1>
            <p class="lead">"Your orders in one place, and no typing of addresses."</p>
            <Errors form=form />
            <form class="stack" action="/register" method="post">
                <input type="hidden" name="next" value=next.to_owned() />
                <Field form=form name="name" label="Full name" autocomplete="name" max=NAME_CHARS />
                <Field form=form name="email" label="E-mail" kind="email" autocomplete="username" inputmode="email" max=EMAIL_CHARS />
                <Field
                    form=form
                    name="password"
                    label="Password"
                    kind="password"
                    autocomplete="new-password"
                    hint="At least 8 characters. A sentence is easier to remember than a riddle."
                    max=*PASSWORD_CHARS.end()
                    min=*PASSWORD_CHARS.start()
                />
                <button class="button button-wide" type="submit">"Create account"</button>
            </form>
            <p class="aside">"Have an account? " <a href="/login">"Log in"</a></p>
        </div>
    };
    document(site, Head::private("Create an account"), body)
}
