//! One's own account: where one is logged in, and the password.

use crate::form::{Field, Form};
use crate::{date, part};
use leptos::prelude::*;
use shop::session::Login;
use shop::staff::Staff;

/// `current` is the identifier of the session that asks.
pub fn page(me: &Staff, sessions: Vec<Login>, current: &str, form: &Form) -> AnyView {
    let rows = sessions.into_iter().map(|session| row(session, current)).collect_view();
    view! {
        {part::heading("Your account", None)}
        {form.summary()}
        <section class="card" aria-labelledby="you">
            <h2 id="you">{me.name.clone()}</h2>
            {part::facts(vec![
                ("E-mail", me.email.clone().into_any()),
                ("Role", me.role.label().into_any()),
            ])}
        </section>
        <section class="card" aria-labelledby="open">
            <h2 id="open">"Where you are logged in"</h2>
            <div class="scroll" role="group" aria-labelledby="open" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Browser"</th>
                            <th scope="col">"Logged in"</th>
                            <th scope="col">"Last seen"</th>
                            <th scope="col"><span class="sr-only">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
        <section class="card" aria-labelledby="password">
            <h2 id="password">"Change your password"</h2>
            <p class="hint">"Your other sessions end when it changes."</p>
            <form method="post" action="/admin/sessions/password" class="stack narrow">
                <input type="hidden" name="username" value=me.email.clone() autocomplete="username" />
                {Field::new("current", "Current password")
                    .kind("password")
                    .required()
                    .autocomplete("current-password")
                    .input(form)}
                {Field::new("password", "New password")
                    .kind("password")
                    .required()
                    .hint("At least 8 characters.")
                    .autocomplete("new-password")
                    .input(form)}
                <button>"Change password"</button>
            </form>
        </section>
    }
    .into_any()
}

fn row(session: Login, current: &str) -> AnyView {
    let here = session.key == current;
    let name = browser(&session.user_agent);
    let action = if here {
        part::badge("good", "This browser")
    } else {
        view! {
            <form method="post" action="/admin/sessions/revoke">
                <input type="hidden" name="id" value=session.key.clone() />
                <button class="quiet small danger">"Log out"<span class="sr-only">" "{name.clone()}</span></button>
            </form>
        }
        .into_any()
    };
    view! {
        <tr>
            <th scope="row">{name.clone()}<span class="sub clip">{session.user_agent}</span></th>
            <td>{date::time(session.created_at)}</td>
            <td>{date::time(session.seen_at)}</td>
            <td><div class="row-actions">{action}</div></td>
        </tr>
    }
    .into_any()
}

/// "Firefox on Linux", as far as the browser tells.
fn browser(user_agent: &str) -> String {
    let first = |known: &[(&str, &'static str)]| {
        known.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")]);
    let system = first(&[
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ]);
    match (browser, system) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        _ => "Unknown browser".to_owned(),
    }
}
