# The settings, of a person and of a chat, and signing out.

# How one is called and shown.
settings-profile = Profile
settings-name = Name
settings-name-note = Others see this name. They mention you as @{ $username }.
settings-colour = Colour
settings-colour-automatic = Automatic
settings-colour-violet = Violet
settings-colour-red = Red
settings-colour-amber = Amber
settings-colour-green = Green
settings-colour-teal = Teal
settings-colour-pink = Pink
settings-profile-saved = Profile saved.
settings-profile-save = Save profile
settings-hide = Hide when I am online
settings-hide-note = Nobody sees when you are here, what you are writing, or when you were last seen. You do not see it of others either.

# How the app looks.
settings-appearance = Appearance
settings-language = Language
settings-language-note = Weft reloads to speak it.
settings-theme = Theme
settings-density = Density
settings-text-size = Text size
settings-contrast = High contrast
settings-appearance-note = Kept on this device alone.

# Which model is asked where a chat says nothing else.
settings-models = Models
settings-models-note = For new chats, and for every chat that does not say otherwise. On all your devices.
settings-model = Default model
settings-model-last = The one chosen last
settings-model-gone = { $model } (not offered now)
settings-model-unsaid = The provider's own
settings-models-saved = Saved.

# What this device is told while the app is closed.
settings-notifications = Notifications
settings-push-on = Turn on
settings-push-off = Turn off
settings-push-hide = Hide what was written
settings-push-show = Show what was written

# What a person has here, the way out and the way in.
settings-data = Data
settings-data-device = On this device
settings-data-server = On the server
settings-data-unknown = Not known
settings-data-stored = { $chats }, { $messages }, { $size } of text
settings-data-offline = This needs the server. It works again once you are connected.
settings-chats =
    { $count ->
        [one] { $count } chat
       *[other] { $count } chats
    }
settings-messages =
    { $count ->
        [one] { $count } message
       *[other] { $count } messages
    }
settings-clear = Clear cache
settings-clear-about = Lets go of the messages that this device keeps, and gets them anew. What is unsent, and what you are writing, stays.
settings-cleared = The cache was cleared.
settings-export = Export
settings-export-about = All your chats in one JSON file, with every version of every message. One chat alone is exported in its own settings.
settings-export-all = Export everything
settings-exporting = Exporting
settings-export-at = Exporting… { $size }
settings-export-saved = Saved as a file.
settings-import = Import
settings-import-about = Chats that were exported as JSON, here or from another server, up to 256 MB. They become yours. A chat that is here already is left as it is.
settings-import-file = File to import
settings-importing = Importing
settings-import-at = Importing… { $size } of { $all }
settings-import-sent = Importing…

# What came of it. $present chats of the file were here before.
settings-imported-none =
    { $present ->
        [0] There is no chat in this file.
        [one] Nothing is new: { $present } chat of this file is here already.
       *[other] Nothing is new: { $present } chats of this file are here already.
    }
settings-imported =
    { $present ->
        [0] Imported { $chats } with { $messages }.
        [one] Imported { $chats } with { $messages }. { $present } chat more was here already.
       *[other] Imported { $chats } with { $messages }. { $present } chats more were here already.
    }
settings-import-no-export = This file is no export of Weft.
settings-import-too-new = This file was written by a newer version of Weft than this server's.

# Why it ended early. The line is no number: one looks for it in an editor. $what is one of the flaws below, and $kept
# the last of these messages.
settings-import-refused = Line { $line }: { $what }. { $kept }
# What has a flaw, as the subject of a sentence.
settings-flawed-file = the file
settings-flawed-chat = chat { NUMBER($chat) }
settings-flawed-message = message { NUMBER($message) } of chat { NUMBER($chat) }
settings-flaw-garbled = { $which } is not what an export has there
settings-flaw-cut = { $which } is where the file breaks off
settings-flaw-too-large = { $which } is larger than what can be imported
settings-flaw-title = { $which } has no title, or one that is too long
settings-flaw-tuning = { $which } has a system prompt or a temperature that is not possible
settings-flaw-name = { $which } names somebody whose name is empty or too long
settings-flaw-author = { $which } is by somebody who is not among the chat's people
settings-flaw-parent = { $which } follows a message that does not come before it
settings-flaw-repeated = { $which } is there twice
settings-flaw-text = { $which } has no text, or one that is too long
settings-flaw-status = { $which } is not complete
settings-flaw-taken = { $which } was imported before, and has another owner now
settings-import-kept =
    { $count ->
        [0] Nothing was imported.
        [one] { $count } chat before it came in and can stay; nothing of this one did.
       *[other] { $count } chats before it came in and can stay; nothing of this one did.
    }

# Where one is signed in. $ago is how long ago it was.
settings-devices = Devices
settings-devices-others = Sign out all other devices
settings-device-unknown = Unknown device
settings-device-here = This device
settings-device-connected = Connected
settings-device-used = Used { $ago }
settings-device-when = { $used } · Signed in { $ago }
settings-device-sign-out = Sign out { $device }

# Who one is here. The name stands after the second of these.
settings-account = Account
settings-account-of = Signed in as
settings-password-change = Change password
settings-password-current = Current password
settings-password-new = New password
settings-password-changed = Password changed.

# The end of the account.
settings-farewell = Delete account…
settings-farewell-ask = Delete your account?
settings-farewell-final = This cannot be undone.
settings-farewell-alone = Chats that only you are in are deleted.
settings-farewell-shared = A chat of yours with others goes to whoever has been its editor for longest. Without an editor it is deleted.
settings-farewell-written = What you wrote in chats of others stays there, under “Deleted user”.
settings-farewell-devices = You are signed out everywhere, and nothing stays on this device.
settings-farewell-password = Password
settings-farewell-keep = Keep my account
settings-farewell-delete = Delete account

# Signing out.
sign-out-ask = Sign out?
sign-out-stay = Stay signed in
sign-out-delete = Sign out and delete

# How models are asked, and the settings of a chat.
tuning-system = System prompt
tuning-system-hint = What a model is told before the first message. Up to 8 KB.
tuning-temperature = Temperature
tuning-temperature-hint = From 0, which answers much the same each time, to 2.
tuning-refused = A temperature is a number from 0 to 2, and a system prompt has up to 8 KB.
tuning-chat = Chat settings
tuning-chat-read = How models are asked in this chat. Who can write here can change it.
tuning-chat-about = How models are asked in this chat, whoever asks. What is empty here is as each member's own settings say.
tuning-chat-unsaid = As each member's settings say
tuning-export-about = Markdown has the messages that are shown here; JSON has every version of them, and can be imported again.
tuning-export-markdown = Export as Markdown
tuning-export-json = Export as JSON
tuning-export-offline = The server makes the file: it needs a connection.
