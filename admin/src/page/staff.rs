//! The owner's page of who may come in.

use crate::form::{Field, Form};
use crate::{date, part};
use leptos::prelude::*;
use shop::limits::EMAIL_CHARS;
use shop::staff::{Member, Role, Staff};

/// An invitation that was just made: its address is shown this once.
pub struct Fresh {
    pub url: String,
    pub role: Role,
    pub expires_at: i64,
}

pub fn page(me: &Staff, members: Vec<Member>, form: &Form, fresh: Option<Fresh>) -> AnyView {
    let rows = members.into_iter().map(|member| row(me, member)).collect_view();
    view! {
        {part::heading("Staff", None)}
        {fresh.map(link)}
        {form.summary()}
        <section class="card" aria-labelledby="people">
            <h2 id="people">"People"</h2>
            <div class="scroll" role="group" aria-labelledby="people" tabindex="0">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Role"</th>
                            <th scope="col">"Since"</th>
                            <th scope="col" class="num">"Sessions"</th>
                            <th scope="col"><span class="sr-only">"Actions"</span></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
        <section class="card" aria-labelledby="invite">
            <h2 id="invite">"Invite somebody"</h2>
            <p class="hint">"You get a link that works once, for a day. Send it to them yourself."</p>
            <form method="post" action="/admin/staff/invite" class="line">
                {Field::new("email", "E-mail (optional)").kind("email").max(EMAIL_CHARS).input(form)}
                {Field::new("role", "Role").select(form, roles())}
                <button>"Make a link"</button>
            </form>
        </section>
    }
    .into_any()
}

fn link(fresh: Fresh) -> AnyView {
    view! {
        <div class="notice good" role="status">
            <p><strong>"The link for a new "{fresh.role.label()}":"</strong></p>
            <p><code class="copy">{fresh.url}</code></p>
            <p>"It is shown only now, and works once until "{date::time(fresh.expires_at)}" UTC."</p>
        </div>
    }
    .into_any()
}

fn roles() -> Vec<(String, String)> {
    let text = |role: Role| match role {
        Role::Owner => "Owner: everything",
        Role::Staff => "Staff: orders, products, stock",
    };
    [Role::Staff, Role::Owner].map(|role| (role.as_str().to_owned(), text(role).to_owned())).into()
}

fn row(me: &Staff, member: Member) -> AnyView {
    let id = member.id;
    let other = match member.role {
        Role::Owner => Role::Staff,
        Role::Staff => Role::Owner,
    };
    let state = member.disabled_at.map(|_| part::badge("bad", "Disabled"));
    let role_change = member.disabled_at.is_none().then(|| {
        view! {
            <form method="post" action=format!("/admin/staff/{id}/role")>
                <input type="hidden" name="role" value=other.as_str() />
                <button
                    class="quiet small"
                    data-confirm=format!("Make {} {}?", member.name, other.label().to_lowercase())
                >
                    "Make "{other.label().to_lowercase()}
                    <span class="sr-only">": "{member.name.clone()}</span>
                </button>
            </form>
        }
    });
    let closing = if member.disabled_at.is_some() {
        view! {
            <form method="post" action=format!("/admin/staff/{id}/enable")>
                <button class="quiet small">"Enable"<span class="sr-only">" "{member.name.clone()}</span></button>
            </form>
        }
        .into_any()
    } else {
        view! {
            <form method="post" action=format!("/admin/staff/{id}/disable")>
                <button
                    class="quiet small danger"
                    data-confirm=format!("Disable {}? Every session of theirs ends now.", member.name)
                >
                    "Disable"<span class="sr-only">" "{member.name.clone()}</span>
                </button>
            </form>
        }
        .into_any()
    };
    let you = (member.id == me.id).then(|| view! { <span class="hint">" (you)"</span> });
    view! {
        <tr>
            <th scope="row">
                {member.name.clone()}{you}
                <span class="sub">{member.email.clone()}</span>
            </th>
            <td>{member.role.label()}" "{state}</td>
            <td>{date::day(member.created_at)}</td>
            <td class="num">{member.sessions}</td>
            <td><div class="row-actions">{role_change}{closing}</div></td>
        </tr>
    }
    .into_any()
}
