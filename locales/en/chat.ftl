# A chat: its messages, and where one writes.

## Where one writes.

composer-placeholder = Write a message
composer-placeholder-shared = Write a message, with @model to ask the model
composer-too-long = This message is too long to send. Shorten it or split it in two.
composer-stop = Stop
model-label = Model

## The names that are offered after an @; the model is one of them.

mentions-label = People
mentions-model = model

## Who is writing.

typing-label = Typing

## A message, and what can be done with it.

message-member = Member
message-sending = Sending
message-queued = Queued
message-unsent = Failed
message-retry = Retry
message-discard = Discard
message-stopped = Stopped.
message-failed = The reply failed.
message-quote = Quote
message-regenerate = Regenerate
message-regenerate-otherwise = Regenerate with another model
# Names a group of models.
message-regenerate-with = Regenerate with
message-no-model = There is no model to ask.
message-edit = Edit message
message-versions = Versions
message-version = { NUMBER($at) } of { NUMBER($count) }
message-next-version = Next version
message-previous-version = Previous version

## The messages.

timeline-label = Messages
timeline-load-older = Load older messages
timeline-loading-older = Loading older messages…
timeline-loading-newer = Loading newer messages…
# Above the first unread message.
timeline-new = New
timeline-to-unread = Jump to first unread
timeline-to-latest = Jump to latest
timeline-to-latest-new = Jump to latest, { NUMBER($count) } new

## A chat of the list, and its menu.

thread-online = Somebody is online
# A model is writing a reply.
thread-generating = Generating
thread-unread = { NUMBER($count) } unread
thread-options = Options for { $title }
thread-title = Title
thread-pin = Pin
thread-unpin = Unpin
thread-rename = Rename
thread-mark-read = Mark as read
thread-mark-unread = Mark as unread
thread-mute = Mute
thread-unmute = Unmute
thread-archive = Archive
thread-unarchive = Unarchive
thread-deleted = Thread deleted

## How the app stands to the server.

connection-label = Connection
connection-connected = Connected
connection-reconnecting = Reconnecting
connection-offline = Offline
connection-too-old = Reload to update
