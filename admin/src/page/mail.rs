//! What the shop has written to people: the list, and one mail as its reader sees it.

use crate::date;
use crate::part::{self, Place, Text};
use leptos::prelude::*;
use shop::mail::Stored;

pub fn list(mails: Vec<Stored>, place: &Place) -> AnyView {
    let body = if mails.is_empty() {
        part::empty(
            "No mail yet",
            "Confirmations and notices to customers are listed here once they are written.",
            None,
        )
    } else {
        let rows = mails.into_iter().map(row).collect_view();
        part::table("Mails", &[Text("Subject"), Text("To"), Text("State"), Text("Written")], rows)
    };
    view! {
        {part::heading("Sent mail", None)}
        <section class="card flush" aria-label="Mails">{body}</section>
        {part::pager(place)}
    }
    .into_any()
}

fn row(mail: Stored) -> AnyView {
    view! {
        <tr>
            <th scope="row"><a href=format!("/admin/mail/{}", mail.id)>{mail.subject}</a></th>
            <td>{mail.recipient}</td>
            <td>{badge(&mail.state)}</td>
            <td>{date::time(mail.at)}</td>
        </tr>
    }
    .into_any()
}

/// State of a mail as a badge.
pub fn badge(state: &str) -> AnyView {
    match state {
        "sent" => part::badge("good", "Sent"),
        "failed" => part::badge("bad", "Failed"),
        _ => part::badge("warn", "Waiting"),
    }
}

pub fn detail(mail: Stored) -> AnyView {
    let error = (!mail.error.is_empty()).then(|| {
        view! { <div class="notice bad" role="alert"><p>"Last attempt: "{mail.error.clone()}</p></div> }
    });
    let html = (!mail.body_html.is_empty()).then(|| {
        view! {
            <section class="card" aria-labelledby="html">
                <h2 id="html">"As sent"</h2>
                <iframe
                    class="mail-frame"
                    src=format!("/admin/mail/{}/body", mail.id)
                    sandbox=""
                    title="The mail as its reader sees it"
                ></iframe>
            </section>
        }
    });
    view! {
        {part::up("/admin/mail", "Sent mail")}
        {part::heading(mail.subject.clone(), None)}
        {error}
        <section class="card" aria-label="About this mail">
            {part::facts(vec![
                ("To", mail.recipient.clone().into_any()),
                ("State", badge(&mail.state)),
                ("Written", date::time(mail.at)),
            ])}
        </section>
        {html}
        <section class="card" aria-labelledby="text">
            <h2 id="text">"Text"</h2>
            <pre class="mail-text">{mail.body_text}</pre>
        </section>
    }
    .into_any()
}
