//! Who is a member of a thread, and the ways to become one.

use leptos::{
    html::{Dialog, Input, Select},
    prelude::*,
};
use weft_protocol::{
    MemberRow, Mutation, Role, ThreadId, User,
    api::{NewInvite, NewMember},
};
use weft_sync::PresenceView;

use super::Nav;
use crate::{
    state::{Call, Dispatch, Intent, Route, Share, State, Timeline, words},
    ui::each,
};

/// How many days a link may last, and how many people it may let in. The first is the usual one.
const DAYS: [u32; 3] = [7, 1, 30];
const USES: [u32; 3] = [20, 1, 100];

/// The initials of a person, in the colour that is theirs everywhere.
#[component]
pub(crate) fn Avatar(user: User) -> impl IntoView {
    let (initials, hue) = (words::initials(user.called()), user.colour());
    view! { <span class="avatar" data-hue=hue.to_string() aria-hidden="true">{initials}</span> }
}

/// What a role is called.
fn called(role: Role) -> &'static str {
    match role {
        Role::Viewer => words::members_viewer(),
        Role::Editor => words::members_editor(),
        Role::Owner => words::members_owner(),
    }
}

/// The button that names the members, and what it opens.
#[component]
pub(crate) fn Members(thread: ThreadId, timeline: Timeline) -> impl IntoView {
    let (state, dispatch) = (State::here(), Dispatch::here());
    let dialog = NodeRef::<Dialog>::new();
    let (people, presence) = (timeline.people, timeline.presence);
    let members = Memo::new(move |_| {
        let mut members = people.get();
        members.retain(|member| member.role.is_some());
        members.sort_by_key(|member| {
            (
                std::cmp::Reverse(member.role),
                member.user.called().to_lowercase(),
            )
        });
        members
    });
    let standing = Memo::new(move |_| {
        state.order.track();
        state.standing(thread)
    });
    let owns = move || standing.get().0 == Role::Owner;
    // The server knows nothing yet of a thread that it could let somebody into.
    let is_pending = move || {
        let thread = state.thread(thread);
        thread.is_some_and(|it| it.with(|it| it.pending))
    };
    let open = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            // Fails only where it is open already.
            let _ = dialog.show_modal();
        }
        dispatch.send(Intent::Share(Share::Seen(thread)));
        if untrack(owns) {
            dispatch.send(Intent::Share(Share::List(thread)));
        }
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let row = move |_: usize, id: u128| {
        let of = move || {
            members.with(|all| {
                let mut all = all.iter();
                all.find(|member| u128::from_be_bytes(*member.user.id.as_bytes()) == id)
                    .cloned()
            })
        };
        let presence = presence.clone();
        (move || {
            let presence = presence.clone();
            of().map(|member| view! { <Member thread member standing presence/> })
        })
        .into_any()
    };
    view! {
        <button
            type="button"
            class="members-button button"
            aria-haspopup="dialog"
            data-command="members"
            prop:disabled=is_pending
            on:click=open
        >
            {move || match members.with(Vec::len) {
                0 | 1 => words::members_share().into_any(),
                count => {
                    let some = members.with(|all| all.iter().take(3).cloned().collect::<Vec<_>>());
                    let some = some.into_iter().map(|MemberRow { user, .. }| view! { <Avatar user/> });
                    view! {
                        <span class="avatars">{some.collect_view()}</span>
                        <span class="visually-hidden">{words::members_title()} ", "</span>
                        {count}
                    }.into_any()
                }
            }}
        </button>
        <dialog node_ref=dialog class="dialog members" aria-labelledby="members-title">
            <h2 id="members-title">{words::members_title()}</h2>
            <ul class="member-list">
                {each(
                    move || members.with(|all| {
                        let id = |member: &MemberRow| u128::from_be_bytes(*member.user.id.as_bytes());
                        all.iter().map(id).collect()
                    }),
                    row,
                )}
            </ul>
            <Show when=owns><Invitations thread/></Show>
            <p class="members-error" role="alert">{move || match state.sharing.get() {
                Call::Failed(error) => words::call_error(error),
                _ => String::new(),
            }}</p>
            <div class="dialog-actions">
                <button type="button" class="button" on:click=close>{words::close()}</button>
            </div>
        </dialog>
    }
}

/// One member, and what the reader may do about it.
#[component]
fn Member(
    thread: ThreadId,
    member: MemberRow,
    standing: Memo<(Role, u32)>,
    presence: ArcRwSignal<PresenceView>,
) -> impl IntoView {
    let (state, dispatch, nav) = (State::here(), Dispatch::here(), Nav::here());
    let role = member.role.unwrap_or_default();
    let person = member.user;
    let (user, name) = (person.id, words::person(&person).to_owned());
    let username = (person.called() != person.name)
        .then(|| view! { <span class="member-username">{format!(" @{}", person.name)}</span> });
    let is_me = state.me() == Some(user);
    let owns = standing.get_untracked().0 == Role::Owner;
    let remove = move |_| {
        dispatch.mutate(Mutation::RemoveMember { thread, user });
        if is_me {
            nav.go(Route::New);
        }
    };
    let change = move |event| {
        if let Some(role) = Role::parse(&event_target_value(&event)) {
            dispatch.mutate(Mutation::SetRole { thread, user, role });
        }
    };
    let here = move || {
        let is_here = presence.with(|it| it.people.iter().any(|person| person.user.id == user));
        if is_here {
            let here = words::members_here();
            return Some(view! { <span class="member-here">{here}</span> }.into_any());
        }
        let all = state.own.last_seen;
        let seen = all.with(|all| all.iter().find(|it| it.user == user).copied())?;
        let class = if seen.minutes == 0 {
            "member-here"
        } else {
            "member-seen"
        };
        Some(view! { <span class=class>{words::last_seen(seen.minutes)}</span> }.into_any())
    };
    let label = words::members_role_of(&name);
    view! {
        <li class="member">
            <Avatar user=person/>
            <span class="member-name">
                {name.clone()} {username} {is_me.then(|| format!(" {}", words::members_you()))} {here}
            </span>
            {if owns && !is_me {
                let options = Role::ALL.map(|it| view! {
                    <option value=it.as_str() selected={it == role}>{called(it)}</option>
                });
                view! {
                    <select aria-label=label on:change=change>{options.into_iter().collect_view()}</select>
                }.into_any()
            } else {
                view! { <span class="member-role">{called(role)}</span> }.into_any()
            }}
            {(owns != is_me).then(|| {
                let (word, label) = if is_me {
                    (words::members_leave(), words::members_leave_chat().to_owned())
                } else {
                    (words::remove(), words::members_remove(&name))
                };
                view! { <button type="button" class="action" aria-label=label on:click=remove>{word}</button> }
            })}
        </li>
    }
}

/// The links, and a way to name somebody.
#[component]
fn Invitations(thread: ThreadId) -> impl IntoView {
    let (state, dispatch, nav) = (State::here(), Dispatch::here(), Nav::here());
    let (name, role) = (NodeRef::<Input>::new(), NodeRef::<Select>::new());
    let (days, uses) = (NodeRef::<Select>::new(), NodeRef::<Select>::new());
    let number = |of: NodeRef<Select>, usual: u32| {
        let value = of.get_untracked().and_then(|it| it.value().parse().ok());
        value.unwrap_or(usual)
    };
    let chosen = move || {
        let role = role.get_untracked().map(|it| it.value());
        role.and_then(|role| Role::parse(&role))
            .unwrap_or(Role::Editor)
    };
    let share = move |share| dispatch.send(Intent::Share(share));
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if let Some(input) = name
            .get_untracked()
            .filter(|it| !it.value().trim().is_empty())
        {
            let (username, role) = (input.value(), chosen());
            share(Share::Add(thread, NewMember { username, role }));
            input.set_value("");
        }
    };
    let invite = move |_| {
        let (days, uses) = (number(days, DAYS[0]), number(uses, USES[0]));
        let role = chosen();
        share(Share::Invite(thread, NewInvite { role, days, uses }));
    };
    let links = move || {
        let link = |invite: weft_protocol::api::Invite| {
            let (id, role, left) = (invite.id, called(invite.role), invite.uses_left);
            let address = invite
                .token
                .and_then(|token| u128::from_str_radix(&token, 16).ok());
            let address = address.map(|secret| {
                let origin = window().location().origin().unwrap_or_default();
                origin + &nav.href(Route::Join(secret))
            });
            view! {
                <li class="member">
                    <span class="member-name">{words::members_link(left.into(), role)}</span>
                    {address.map(|address| {
                        let text = address.clone();
                        view! {
                            <input
                                class="invite-link"
                                readonly
                                aria-label=words::members_link_label()
                                value=address
                            />
                            <button type="button" class="action" on:click=move |_| {
                                dispatch.send(Intent::Copy(text.clone()));
                                dispatch.notify(words::members_link_copied(), None);
                            }>{words::members_copy_link()}</button>
                        }
                    })}
                    <button type="button" class="action" on:click=move |_| {
                        share(Share::Revoke(thread, id.clone()));
                    }>{words::members_withdraw()}</button>
                </li>
            }
        };
        state.invites.get().into_iter().map(link).collect_view()
    };
    view! {
        <form class="invite" on:submit=add>
            <h3>{words::members_invite()}</h3>
            <label class="field">
                <span class="field-label">{words::members_invite_as()}</span>
                <select node_ref=role>
                    <option value="editor">{words::members_editor_does()}</option>
                    <option value="viewer">{words::members_viewer_does()}</option>
                </select>
            </label>
            <label class="field">
                <span class="field-label">{words::members_username()}</span>
                <input node_ref=name autocomplete="off" autocapitalize="none"/>
            </label>
            <button type="submit" class="button">{words::members_add()}</button>
            <label class="field">
                <span class="field-label">{words::members_link_lasts()}</span>
                <select node_ref=days>{DAYS.map(|days| view! {
                    <option value=days.to_string()>{words::days(days)}</option>
                }).into_iter().collect_view()}</select>
            </label>
            <label class="field">
                <span class="field-label">{words::members_link_lets_in()}</span>
                <select node_ref=uses>{USES.map(|uses| view! {
                    <option value=uses.to_string()>{words::people(uses)}</option>
                }).into_iter().collect_view()}</select>
            </label>
            <button type="button" class="button" on:click=invite>{words::members_create_link()}</button>
        </form>
        <ul class="member-list">{links}</ul>
    }
}
