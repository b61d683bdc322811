# Who is in a chat, and how others come in.

members-title = Members
members-share = Share

## Roles.

members-viewer = Viewer
members-editor = Editor
members-owner = Owner
members-viewer-does = Viewer: reads
members-editor-does = Editor: reads and writes

## A member.

# After the reader's own name.
members-you = (you)
members-here = Here now
members-role-of = Role of { $name }
members-leave = Leave
members-leave-chat = Leave this chat
members-remove = Remove { $name }

## The ways in.

members-invite = Invite
# Names the choice of a role.
members-invite-as = As
members-username = Username
members-add = Add
# Name the choices of days and of people.
members-link-lasts = Link lasts
members-link-lets-in = Link lets in
members-create-link = Create a link
# A link, for so many people, and their role.
members-link = Link for { NUMBER($left) } more as { $role }
members-link-label = Invitation link
members-link-copied = Link copied
members-copy-link = Copy link
members-withdraw = Withdraw
