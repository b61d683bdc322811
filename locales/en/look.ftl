# How the app looks, the parts of the list of chats, and what is told in toasts and on the tab.

look-system = System
look-light = Light
look-dark = Dark
look-paper = Paper
look-midnight = Midnight
look-contrast-high = High
look-comfortable = Comfortable
look-compact = Compact
look-text-small = Small
look-text-medium = Medium
look-text-large = Large
look-text-larger = Larger

# Each language is called as it calls itself.
look-english = English
look-german = Deutsch

group-pinned = Pinned
group-today = Today
group-yesterday = Yesterday
group-week = Previous 7 days
group-older = Older
group-archived = Archived

told-mention = { $name } mentioned you
told-reply = { $model } has answered
told-reply-failed = { $model } could not finish its reply
told-added = { $name } added you to a chat
told-joined = { $name } has joined
told-in-thread = { $what }: { $thread }
told-open = Open

undone-create-thread = The chat could not be created.
undone-rename-thread = The chat could not be renamed.
undone-pin-thread = The chat could not be pinned or unpinned.
undone-archive-thread = The chat could not be archived or restored.
undone-mark-read = What was read could not be marked.
undone-mark-notices = What you were told of could not be marked.
undone-mute-thread = The chat could not be muted or unmuted.
undone-delete-thread = The chat could not be deleted.
undone-restore-thread = The chat could not be restored.
undone-send-message = The message could not be sent.
undone-stop-reply = The reply could not be stopped.
undone-regenerate = No new reply could be asked for.
undone-edit-message = The message could not be edited.
undone-delete-message = The message could not be deleted.
undone-set-role = The role could not be changed.
undone-remove-member = The member could not be removed.
undone-set-defaults = The settings for models could not be changed.
undone-tune-thread = The settings of the chat could not be changed.

title-unread = ({ NUMBER($count) }) Weft
update-ready = A new version of Weft is ready.
