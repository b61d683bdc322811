# The palette, the shortcuts and their sheet. What ends in "also" is never shown: it is other words that one may look for.

palette-title = Find
palette-search = Search chats and actions
palette-list = Results
palette-results =
    { $count ->
        [one] { $count } result
       *[other] { $count } results
    }
palette-best = The { NUMBER($count) } best results
palette-nothing = Nothing here has that name.
palette-begin = Start a new chat with “{ $text }”

palette-chats = Chats
palette-this-chat = This chat
palette-models = Models
palette-actions = Actions

palette-archived = Archived
palette-chosen = Chosen

palette-stop-also = end cancel
palette-edit-last = Edit your last message
palette-edit-last-also = change correct
palette-new-also = new
palette-latest-also = end bottom newest
palette-members = Members and sharing
palette-members-also = invite people share link
palette-new-chat-also = create start thread
palette-notices-also = mentions told news
palette-sidebar-also = toggle sidebar
palette-shortcuts-also = keys help
palette-settings-also = preferences options

palette-pin = Pin this chat
palette-unpin = Unpin this chat
palette-pin-also = top
palette-mute = Mute this chat
palette-unmute = Unmute this chat
palette-mute-also = silence notifications
palette-archive = Archive this chat
palette-unarchive = Unarchive this chat
palette-archive-also = put away hide
palette-copy-link = Copy the link to this chat
palette-copy-link-also = address url
palette-rename = Rename this chat
palette-rename-also = title
palette-delete = Delete this chat
palette-delete-also = remove

palette-profile-also = name colour color picture online
palette-appearance-also = theme colours colors look density text size contrast
palette-models-also = default temperature system prompt
palette-notifications-also = push notify
palette-data-also = storage cache export import
palette-devices-also = sessions phones computers
palette-account-also = change password delete
palette-sign-out = Sign out…
palette-sign-out-also = log out leave

palette-theme-system = Theme: as the system
palette-theme-light = Theme: light
palette-theme-dark = Theme: dark
palette-theme-paper = Theme: paper
palette-theme-midnight = Theme: midnight
palette-theme-also = colours colors mode appearance
palette-ask = Ask { $model }
palette-ask-also = switch model

palette-rename-title = Rename chat
palette-rename-name = New name of the chat

shortcuts-title = Keyboard shortcuts
shortcuts-everywhere = Everywhere
shortcuts-writing = While writing
shortcuts-messages = In the messages
shortcuts-lists = In lists and menus

shortcut-palette = Find a chat or an action
shortcut-previous-thread = Previous chat
shortcut-next-thread = Next chat
shortcut-next-unread = Next unread chat
shortcut-compose = Write a message
shortcut-sidebar = Show or hide the list of chats
shortcut-sheet = Keyboard shortcuts, unless you are writing
shortcut-edit-last = Edit your last message, while the box is empty
shortcut-stop = Stop the reply
shortcut-new-line = New line
shortcut-name = Name a person or the model
shortcut-messages = Previous and next message
shortcut-messages-ends = First and last message
shortcut-back = Back to writing
shortcut-lists = Previous and next
shortcut-lists-ends = First and last

# Keys, as they are on the keyboard or as they are said.
key-up = Up
key-down = Down
key-home = Home
key-end = End
key-enter = Enter
key-esc = Esc
key-escape = Escape
key-ctrl = Ctrl
key-control = Control
key-alt = Alt
key-option = Option
key-shift = Shift
key-command = Command
key-meta = Meta
